//! Named points in the family of [`Measure::Power`].

use crate::error::{Error, Result};
use crate::models::measure::Measure;
use crate::near::near;
use std::fmt;
use std::str::FromStr;

/// A neighbourhood method of the literature, as the exponents of [`Measure::Power`]: of the customer, the count,
/// the source and the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Preset {
    /// `(0, 1, 1/2, 1/2)`: the cosine, as [`Measure::Cosine`] but for the last bits.
    Cosine,
    /// `(0, 1, 1, 0)`: P(j|i), as [`Measure::Confidence`].
    Conditional,
    /// `(0, 1, 0.8, 0.2)`: the asymmetric cosine (Aiolli, "Efficient top-N recommendation for very large
    /// scale binary rated datasets", RecSys 2013).
    AsymmetricCosine,
    /// `(1, 1, 1, 0)`: a random walk of three steps, P3 (Cooper et al., WWW 2014).
    P3,
    /// `(1, 1, 1, 0.5)`: P3 with what many bought held back (Paudel et al., "Updatable, accurate, diverse,
    /// and scalable recommendations for interactive applications", TiiS 2017).
    Rp3beta,
    /// `(1, 1, 1/2, 1/2)`: the linear part of GF-CF, the normalised item graph (Shen et al., "How powerful is
    /// graph convolution for recommendation?", CIKM 2021).
    Gfcf,
}

impl Preset {
    /// All presets.
    pub const ALL: [Preset; 6] = [
        Preset::Cosine,
        Preset::Conditional,
        Preset::AsymmetricCosine,
        Preset::P3,
        Preset::Rp3beta,
        Preset::Gfcf,
    ];

    /// The preset's name, the same in every face.
    pub fn name(self) -> &'static str {
        match self {
            Preset::Cosine => "cosine",
            Preset::Conditional => "conditional",
            Preset::AsymmetricCosine => "asymmetric_cosine",
            Preset::P3 => "p3",
            Preset::Rp3beta => "rp3beta",
            Preset::Gfcf => "gfcf",
        }
    }

    /// The measure that it is.
    ///
    /// ```
    /// use cobuy::{AlsoBought, Measure, Preset};
    /// let measure = Preset::Rp3beta.measure().with("target_exponent", 0.3)?;
    /// let walk = Measure::Power { customer: 1.0, count: 1.0, source: 1.0, target: 0.3 };
    /// assert_eq!(AlsoBought::params().measure(measure).measure, walk);
    /// # Ok::<(), cobuy::Error>(())
    /// ```
    pub fn measure(self) -> Measure {
        let power = |customer, count, source, target| Measure::Power {
            customer,
            count,
            source,
            target,
        };
        match self {
            Preset::Cosine => power(0.0, 1.0, 0.5, 0.5),
            Preset::Conditional => power(0.0, 1.0, 1.0, 0.0),
            Preset::AsymmetricCosine => power(0.0, 1.0, 0.8, 0.2),
            Preset::P3 => power(1.0, 1.0, 1.0, 0.0),
            Preset::Rp3beta => power(1.0, 1.0, 1.0, 0.5),
            Preset::Gfcf => power(1.0, 1.0, 0.5, 0.5),
        }
    }
}

impl fmt::Display for Preset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Preset {
    type Err = Error;

    /// The preset of that name.
    fn from_str(name: &str) -> Result<Self> {
        Preset::ALL
            .into_iter()
            .find(|preset| preset.name() == name)
            .ok_or_else(|| Error::UnknownName {
                what: "preset",
                name: crate::text::shown(name),
                near: near(name, Preset::ALL.map(Preset::name)),
            })
    }
}
