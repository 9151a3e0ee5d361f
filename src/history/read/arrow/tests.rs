//! Every type of Arrow's, as the texts that a CSV file would hold.

use super::*;
use crate::history::time::{ClockChange, Instant, TimeReader};
use arrow_array::builder::StringDictionaryBuilder;
use arrow_array::*;
use arrow_buffer::i256;
use std::sync::Arc;

fn cells(columns: Vec<(&str, ArrayRef)>) -> Result<ArrowCells> {
    let schema = columns
        .iter()
        .map(|(name, array)| Field::new(*name, array.data_type().clone(), true));
    let schema = Arc::new(Schema::new(schema.collect::<Vec<_>>()));
    let arrays = columns.iter().map(|(_, array)| Arc::clone(array));
    let batch =
        RecordBatch::try_new(schema, arrays.collect()).map_err(|problem| Error::Matrix {
            problem: problem.to_string(),
        })?;
    ArrowCells::new(&batch, "a frame")
}

/// One column's texts, with what its type says; "-" where nothing is told.
fn told(array: impl Array + 'static) -> (CellKind, Vec<String>) {
    match cells(vec![("a", Arc::new(array))]) {
        Ok(cells) => {
            let texts = (0..cells.rows()).map(|row| cells.get(0, row).unwrap_or("-").to_owned());
            (cells.kind(0), texts.collect())
        }
        Err(problem) => (CellKind::Text, vec![problem.to_string()]),
    }
}

fn texts(array: impl Array + 'static) -> Vec<String> {
    told(array).1
}

#[test]
fn texts_are_kept_as_they_are() {
    let values = vec![
        Some("tea"),
        None,
        Some(""),
        Some(" a, \"b\" \n"),
        Some("naïve, much longer than twelve"),
    ];
    let expected = [
        "tea",
        "-",
        "",
        " a, \"b\" \n",
        "naïve, much longer than twelve",
    ];
    assert_eq!(texts(StringArray::from(values.clone())), expected);
    assert_eq!(texts(LargeStringArray::from(values.clone())), expected);
    assert_eq!(texts(StringViewArray::from(values.clone())), expected);
    let sliced = StringArray::from(values).slice(3, 2);
    assert_eq!(texts(sliced), expected[3..]);
}

#[test]
fn whole_numbers_are_decimals() {
    assert_eq!(
        texts(Int8Array::from(vec![Some(i8::MIN), None, Some(7)])),
        ["-128", "-", "7"]
    );
    assert_eq!(texts(Int16Array::from(vec![i16::MIN])), ["-32768"]);
    assert_eq!(texts(Int32Array::from(vec![i32::MIN])), ["-2147483648"]);
    assert_eq!(
        told(Int64Array::from(vec![i64::MIN, i64::MAX])),
        (
            CellKind::Number,
            vec!["-9223372036854775808".into(), "9223372036854775807".into()]
        )
    );
    assert_eq!(texts(UInt8Array::from(vec![u8::MAX])), ["255"]);
    assert_eq!(texts(UInt16Array::from(vec![u16::MAX])), ["65535"]);
    assert_eq!(texts(UInt32Array::from(vec![u32::MAX])), ["4294967295"]);
    assert_eq!(
        texts(UInt64Array::from(vec![u64::MAX])),
        ["18446744073709551615"]
    );
}

#[test]
fn fractions_are_the_shortest_that_read_back_and_never_exponents() {
    let (kind, written) = told(Float64Array::from(vec![
        Some(17850.0),
        Some(2.55),
        Some(-0.0),
        Some(1e-7),
        Some(0.1 + 0.2),
        None,
        Some(f64::NAN),
        Some(f64::INFINITY),
        Some(f64::NEG_INFINITY),
        Some(1e15),
    ]));
    assert_eq!(kind, CellKind::Number);
    assert_eq!(
        written,
        [
            "17850.0",
            "2.55",
            "-0.0",
            "0.0000001",
            "0.30000000000000004",
            "-",
            "NaN",
            "inf",
            "-inf",
            "1000000000000000.0"
        ]
    );
    for extreme in [f64::MAX, f64::MIN, f64::MIN_POSITIVE, 5e-324, 1e300] {
        let written = texts(Float64Array::from(vec![extreme])).concat();
        assert_eq!(written.parse(), Ok(extreme));
        assert!(!written.contains(['e', 'E']) && written.contains('.'));
    }
    assert_eq!(
        texts(Float32Array::from(vec![
            2.55,
            16777216.0,
            f32::MAX,
            f32::NAN
        ])),
        [
            "2.55",
            "16777216.0",
            "340282350000000000000000000000000000000.0",
            "NaN"
        ]
    );
    let halves = [
        0.1,
        1.0,
        65504.0,
        f32::INFINITY,
        f32::NAN,
        2.0f32.powi(-24),
        -2.5,
    ];
    let halves = halves.map(<Float16Type as ArrowPrimitiveType>::Native::from_f32);
    assert_eq!(
        texts(Float16Array::from(halves.to_vec())),
        ["0.1", "1.0", "65504.0", "inf", "NaN", "0.00000006", "-2.5"]
    );
}

#[test]
fn flags_and_nothing() {
    assert_eq!(
        told(BooleanArray::from(vec![Some(true), Some(false), None])),
        (
            CellKind::Flag,
            vec!["true".into(), "false".into(), "-".into()]
        )
    );
    assert_eq!(
        told(NullArray::new(2)),
        (CellKind::Nothing, vec!["-".into(), "-".into()])
    );
}

#[test]
fn decimals_have_the_digits_that_their_scale_says() {
    let narrow = |values: Vec<Option<i128>>, scale| {
        let array = Decimal128Array::from(values).with_precision_and_scale(38, scale);
        array.map(texts).unwrap_or_default()
    };
    let values = vec![Some(-5), Some(0), Some(255), None, Some(123_456)];
    assert_eq!(
        narrow(values.clone(), 2),
        ["-0.05", "0.00", "2.55", "-", "1234.56"]
    );
    assert_eq!(narrow(values.clone(), 0), ["-5", "0", "255", "-", "123456"]);
    assert_eq!(narrow(values, -2), ["-500", "0", "25500", "-", "12345600"]);
    let most = i128::MAX / 10;
    assert_eq!(narrow(vec![Some(most)], 38), [format!("0.{most:038}")]);
    let told =
        |array: std::result::Result<ArrayRef, arrow_schema::ArrowError>| array.map(texts).ok();
    let one = |text: &str| Some(vec![text.to_owned()]);
    let array = Decimal32Array::from(vec![-1999]).with_precision_and_scale(9, 2);
    assert_eq!(told(array.map(|a| Arc::new(a) as _)), one("-19.99"));
    let array = Decimal64Array::from(vec![i64::MIN / 10]).with_precision_and_scale(18, 3);
    assert_eq!(
        told(array.map(|a| Arc::new(a) as _)),
        one("-922337203685477.580")
    );
    let array = Decimal256Array::from(vec![i256::MIN]).with_precision_and_scale(76, 1);
    let least = i256::MIN.to_string();
    let (whole, tenth) = least.split_at(least.len() - 1);
    assert_eq!(
        told(array.map(|a| Arc::new(a) as _)),
        one(&format!("{whole}.{tenth}"))
    );
}

#[test]
fn times_are_iso_and_instants_end_in_z() {
    let second = 1_291_191_963i64;
    assert_eq!(
        told(Date32Array::from(vec![
            Some(0),
            Some(-1),
            None,
            Some(14_944)
        ])),
        (
            CellKind::Time,
            vec![
                "1970-01-01".into(),
                "1969-12-31".into(),
                "-".into(),
                "2010-12-01".into()
            ]
        )
    );
    assert_eq!(
        texts(Date64Array::from(vec![86_400_000, -86_400_000, 1])),
        ["1970-01-02", "1969-12-31", "1970-01-01 00:00:00.001000"]
    );
    assert_eq!(
        texts(TimestampSecondArray::from(vec![second, -1])),
        ["2010-12-01 08:26:03", "1969-12-31 23:59:59"]
    );
    assert_eq!(
        texts(TimestampMillisecondArray::from(vec![second * 1000 + 5, -1])),
        ["2010-12-01 08:26:03.005000", "1969-12-31 23:59:59.999000"]
    );
    assert_eq!(
        texts(
            TimestampMicrosecondArray::from(vec![second * 1_000_000, -1])
                .with_timezone("Europe/Berlin")
        ),
        ["2010-12-01 08:26:03Z", "1969-12-31 23:59:59.999999Z"]
    );
    assert_eq!(
        texts(
            TimestampNanosecondArray::from(vec![second * 1_000_000_000 + 1000, 1])
                .with_timezone("+01:00")
        ),
        [
            "2010-12-01 08:26:03.000001Z",
            "1970-01-01 00:00:00.000000001Z"
        ]
    );
}

#[test]
fn what_is_written_is_read_as_the_same_instant_or_refused() {
    let mut times = TimeReader::new(jiff::tz::TimeZone::UTC, ClockChange::Refuse, None);
    let mut read = |array: ArrayRef| {
        let texts = texts(array).into_iter();
        let read = texts.map(|text| times.read(&text).ok());
        read.collect::<Vec<_>>()
    };
    let (first, last) = (-62_135_596_800_000_000, 253_402_300_799_999_999);
    let micros = [first, last, 0, -1, 1_291_191_963_000_001];
    for zone in [None, Some("UTC")] {
        let array = TimestampMicrosecondArray::from(micros.to_vec()).with_timezone_opt(zone);
        assert_eq!(read(Arc::new(array)), micros.map(Some));
    }
    let beyond = vec![first - 1, last + 1, i64::MIN, i64::MAX];
    let refused = vec![None; 4];
    assert_eq!(
        read(Arc::new(TimestampMicrosecondArray::from(beyond.clone()))),
        refused
    );
    assert_eq!(
        read(Arc::new(TimestampSecondArray::from(beyond.clone()))),
        refused
    );
    assert_eq!(
        read(Arc::new(TimestampMillisecondArray::from(beyond.clone()))),
        refused
    );
    assert_eq!(read(Arc::new(Date64Array::from(beyond))), refused);
    assert_eq!(
        read(Arc::new(Date32Array::from(vec![i32::MIN, i32::MAX]))),
        [None, None]
    );
    assert_eq!(
        read(Arc::new(TimestampNanosecondArray::from(vec![
            1,
            1000,
            i64::MAX
        ]))),
        [None, Some(1), None]
    );
    assert_eq!(Instant(first).to_string(), "0001-01-01T00:00:00Z");
}

#[test]
fn dictionaries_are_read_by_value() {
    let mut builder = StringDictionaryBuilder::<UInt8Type>::new();
    builder.extend([Some("tea"), None, Some("cup"), Some("tea")]);
    assert_eq!(
        told(builder.finish()),
        (
            CellKind::Text,
            ["tea", "-", "cup", "tea"].map(String::from).to_vec()
        )
    );
    let keys = Int64Array::from(vec![Some(1), Some(0), None, Some(2)]);
    let values = Date32Array::from(vec![Some(0), Some(1), None]);
    let array = DictionaryArray::new(keys, Arc::new(values));
    assert_eq!(
        told(array.clone()),
        (
            CellKind::Time,
            ["1970-01-02", "1970-01-01", "-", "-"]
                .map(String::from)
                .to_vec()
        )
    );
    assert_eq!(texts(array.slice(1, 1)), ["1970-01-01"]);
    let empty = DictionaryArray::new(
        Int8Array::from(vec![None, None]),
        Arc::new(StringArray::from(Vec::<&str>::new())),
    );
    assert_eq!(texts(empty), ["-", "-"]);
}

#[test]
fn what_is_no_cell_is_refused_with_the_column_its_type_and_the_way_out() {
    let refused = |array: ArrayRef| {
        let schema = Schema::new(vec![Field::new("tags", array.data_type().clone(), true)]);
        let before = check(&schema, "a frame")
            .err()
            .map(|problem| problem.to_string());
        let message = cells(vec![("tags", array)])
            .err()
            .map(|problem| problem.to_string());
        assert_eq!(before, message);
        message.unwrap_or_default()
    };
    let list = ListArray::from_iter_primitive::<Int32Type, _, _>([Some([Some(1)])]);
    assert_eq!(
        refused(Arc::new(list)),
        "a frame: the column `tags` is of the type List(Int32), which is not read; a cell holds one value: cast it to \
         text or a number, or leave the column out"
    );
    let binary = refused(Arc::new(BinaryArray::from(vec![b"a".as_slice()])));
    assert!(
        binary.contains("type Binary") && binary.contains("cast it to text"),
        "{binary}"
    );
    let nested = DictionaryArray::new(
        Int8Array::from(vec![0]),
        Arc::new(BinaryArray::from(vec![b"a".as_slice()])),
    );
    assert_eq!(refused(Arc::new(nested)), binary);
    for array in [
        Arc::new(DurationSecondArray::from(vec![1])) as ArrayRef,
        Arc::new(Time64MicrosecondArray::from(vec![1])),
        Arc::new(Time32SecondArray::from(vec![1])),
        Arc::new(IntervalYearMonthArray::from(vec![1])),
        Arc::new(LargeBinaryArray::from(vec![b"a".as_slice()])),
        Arc::new(BinaryViewArray::from(vec![b"a".as_slice()])),
        Arc::new(StructArray::new_empty_fields(1, None)),
    ] {
        let message = refused(array);
        assert!(
            message.contains("`tags`") && message.contains("cast it"),
            "{message}"
        );
    }
}

#[test]
fn names_are_passed_on_and_places_beyond_the_table_are_blank() -> Result<()> {
    let one = || Arc::new(Int32Array::from(vec![1])) as ArrayRef;
    let cells = cells(vec![("a", one()), ("", one()), ("a", one())])?;
    assert_eq!(cells.names(), ["a", "", "a"]);
    assert_eq!((cells.columns(), cells.rows()), (3, 1));
    assert_eq!(
        (cells.get(3, 0), cells.get(0, 1), cells.get(2, 0)),
        (None, None, Some("1"))
    );
    assert_eq!(cells.kind(0), CellKind::Number);
    Ok(())
}

#[test]
fn parts_are_bounded_and_leave_nothing_out() {
    let array: ArrayRef = Arc::new(Int32Array::from_iter_values(0..20_000));
    let Ok(batch) = RecordBatch::try_from_iter([("a", array)]) else {
        return;
    };
    let rows: Vec<_> = parts(&batch).map(|part| part.num_rows()).collect();
    assert_eq!(rows, [8192, 8192, 3616]);
    let last = parts(&batch)
        .last()
        .and_then(|part| ArrowCells::new(&part, "a frame").ok());
    assert_eq!(
        last.as_ref().and_then(|cells| cells.get(0, 3615)),
        Some("19999")
    );
}
