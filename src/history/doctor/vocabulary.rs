//! Words that tell postage, fees, discounts and corrections from goods: English and German.

use std::collections::HashMap;

/// Words that goods hardly have in their names.
const SURE: &str = "
    postage shipping freight carriage surcharge fee fees handling voucher vouchers giftcard
    giftcertificate discount discounts rebate refund refunds commission donation donations
    versand versandkosten lieferkosten porto fracht gebühr gebühren gebuehr zuschlag gutschein
    rabatt spende trinkgeld provision pfand";

/// What German words of that meaning end in: `Expressversand`, `Nachnahmegebühr`.
const ENDINGS: &str = "versand versandkosten gebühr gebuehr zuschlag gutschein";

/// Words that goods may have in their names, too: `MONEY BANK`, `delivery van`.
const MAYBE: &str = "
    post delivery charge charges bank manual sample samples adjust adjusted adjustment adjustments
    correction tip tips packing packaging deposit insurance debt credit
    lieferung nachnahme muster probe verpackung korrektur gutschrift versicherung kaution";

/// Words that say nothing of goods beside those.
const BESIDE: &str = "
    and for of the to a by bad free next day same standard express economy international domestic
    worldwide uk eu us usa cost costs gift order service first second class
    dhl ups dpd fedex gls hermes usps paypal amazon
    und für nach kosten inland ausland";

/// What a word says.
#[derive(Clone, Copy, PartialEq)]
enum Says {
    Sure,
    Maybe,
    Beside,
}

/// The known words.
pub(super) struct Vocabulary(HashMap<&'static str, Says>);

impl Vocabulary {
    pub(super) fn new() -> Self {
        let words = [
            (BESIDE, Says::Beside),
            (MAYBE, Says::Maybe),
            (SURE, Says::Sure),
        ];
        let words = words
            .into_iter()
            .flat_map(|(words, says)| words.split_whitespace().map(move |word| (word, says)));
        Vocabulary(words.collect())
    }

    fn says(&self, word: &str) -> Option<Says> {
        let mut endings = ENDINGS.split_whitespace();
        match self.0.get(word) {
            Some(&says) => Some(says),
            None => endings
                .any(|ending| word.ends_with(ending))
                .then_some(Says::Sure),
        }
    }

    /// Signs in a name or an id: two where it says nothing else (`Next Day Carriage`), or mostly that
    /// and without doubt (`Dotcomgiftshop Gift Voucher`); one where it has such a word at all.
    pub(super) fn signs(&self, text: &str) -> u8 {
        let text = text.to_lowercase();
        let text = text.replace("gift card", "giftcard");
        let text = text.replace("gift certificate", "giftcertificate");
        let words = text.split(|c: char| !c.is_alphanumeric());
        let words = words.filter(|word| word.chars().any(char::is_alphabetic));
        let said: Vec<Option<Says>> = words.map(|word| self.says(word)).collect();
        let count = |says| said.iter().filter(|&&it| it == Some(says)).count();
        let (sure, maybe) = (count(Says::Sure), count(Says::Maybe));
        let known = sure + maybe + count(Says::Beside);
        match sure + maybe {
            0 => 0,
            _ if known == said.len() || sure > 0 && 2 * known > said.len() => 2,
            _ => 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Vocabulary;

    #[test]
    fn goods_with_such_a_word_have_one_sign_at_most() {
        let words = Vocabulary::new();
        for (text, signs) in [
            ("POSTAGE", 2),
            ("Next Day Carriage", 2),
            ("Dotcomgiftshop Gift Voucher £20.00", 2),
            ("Bank Charges", 2),
            ("Adjust bad debt", 2),
            ("shipping-fee", 2),
            ("DHL Expressversand", 2),
            ("Gift card 50", 2),
            ("CRUK Commission", 1),
            ("DOTCOM POSTAGE", 1),
            ("CERAMIC STRAWBERRY CAKE MONEY BANK", 1),
            ("BLACK BAROQUE CARRIAGE CLOCK", 1),
            ("VINTAGE POST OFFICE CABINET", 1),
            ("BANK ACCOUNT GREETING CARD", 1),
            ("delivery van", 1),
            ("GIFT BAG", 0),
            ("express", 0),
            ("PADS TO MATCH ALL CUSHIONS", 0),
            ("TIPI TENT", 0),
            ("", 0),
        ] {
            assert_eq!(words.signs(text), signs, "{text}");
        }
    }
}
