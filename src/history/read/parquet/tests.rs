use super::*;
use crate::history::read::arrow::ArrowCells;
use crate::history::time::{ClockChange, TimeReader};
use arrow_array::*;
use arrow_schema::Schema;
use bytes::Bytes;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;
use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;

fn orders(rows: i32) -> RecordBatch {
    let items = (0..rows).map(|row| format!("item {}", row % 7));
    let times = (0..rows).map(|row| i64::from(row) * 86_400_000_001);
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("item_id", Arc::new(StringArray::from_iter_values(items))),
        (
            "quantity",
            Arc::new(Int64Array::from_iter_values((0..rows).map(i64::from))),
        ),
        (
            "price",
            Arc::new(Float64Array::from_iter_values(
                (0..rows).map(|row| f64::from(row) / 4.0),
            )),
        ),
        (
            "ordered_at",
            Arc::new(TimestampMicrosecondArray::from_iter_values(times)),
        ),
    ];
    RecordBatch::try_from_iter(columns)
        .unwrap_or_else(|_| RecordBatch::new_empty(Arc::new(Schema::empty())))
}

fn written(batch: &RecordBatch, properties: WriterProperties) -> Vec<u8> {
    let mut bytes = Vec::new();
    let written = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties)).and_then(
        |mut writer| {
            writer.write(batch)?;
            writer.close()
        },
    );
    assert!(written.is_ok(), "{written:?}");
    bytes
}

fn plain() -> WriterProperties {
    let properties = WriterProperties::builder().set_dictionary_enabled(false);
    properties.set_max_row_group_row_count(Some(25)).build()
}

/// All cells, a line a row; `-` where nothing is told.
fn read(bytes: Vec<u8>) -> Result<Vec<String>> {
    let mut rows = Vec::new();
    for batch in batches(Bytes::from(bytes), "orders.parquet", Watch::new())? {
        let cells = ArrowCells::new(&batch?, "orders.parquet")?;
        for row in 0..cells.rows() {
            let cells = (0..cells.columns()).map(|column| cells.get(column, row).unwrap_or("-"));
            rows.push(cells.collect::<Vec<_>>().join(","));
        }
    }
    Ok(rows)
}

fn message(bytes: Vec<u8>) -> String {
    read(bytes)
        .err()
        .map(|problem| problem.to_string())
        .unwrap_or_default()
}

#[test]
fn every_usual_compression_is_read() {
    let batch = orders(40);
    let expected = read(written(&batch, plain())).unwrap_or_default();
    assert_eq!(expected.len(), 40);
    assert_eq!(expected[1], "item 1,1,0.25,1970-01-02 00:00:00.000001");
    for codec in [
        Compression::SNAPPY,
        Compression::GZIP(Default::default()),
        Compression::BROTLI(Default::default()),
        Compression::LZ4_RAW,
        Compression::LZ4,
        Compression::ZSTD(Default::default()),
    ] {
        let properties = WriterProperties::builder().set_compression(codec);
        let rows = read(written(&batch, properties.build()));
        assert_eq!(rows.unwrap_or_default(), expected, "{codec}");
    }
}

#[test]
fn columns_and_rows_are_known_before_the_first_batch() -> Result<()> {
    for rows in [0, 1, 20_000] {
        let told = Mutex::new(Vec::new());
        let progress = |progress: crate::watch::Progress| {
            if let Ok(mut told) = told.lock() {
                told.push((progress.done, progress.total));
            }
        };
        let bytes = written(&orders(rows), WriterProperties::default());
        let watch = Watch::new().progress(&progress);
        let mut batches = batches(Bytes::from(bytes), "orders.parquet", watch)?;
        assert_eq!(batches.rows(), rows as u64);
        assert_eq!(batches.schema().field(3).name(), "ordered_at");
        let read = batches
            .by_ref()
            .map(|batch| batch.map(|batch| batch.num_rows()));
        let sizes = read.collect::<Result<Vec<_>>>()?;
        assert_eq!(sizes.iter().sum::<usize>(), rows as usize);
        assert!(sizes.iter().all(|&size| size <= ROWS));
        let last = told.lock().ok().and_then(|told| told.last().copied());
        assert_eq!(last, Some((rows as u64, Some(rows as u64))));
    }
    Ok(())
}

#[test]
fn reading_stops_where_that_is_asked_for() -> Result<()> {
    let cancel = || true;
    let bytes = Bytes::from(written(&orders(3), plain()));
    let mut batches = batches(bytes, "orders.parquet", Watch::new().cancel(&cancel))?;
    assert!(matches!(batches.next(), Some(Err(Error::Cancelled))));
    Ok(())
}

#[test]
fn what_is_no_parquet_file_is_said() {
    let whole = written(&orders(10), plain());
    let mut encrypted = whole.clone();
    let end = encrypted.len() - 4;
    encrypted[end..].copy_from_slice(ENCRYPTED);
    for (bytes, expected) in [
        (Vec::new(), "no Parquet file: it is too short"),
        (
            b"order_id,item_id\n1,tea\n".to_vec(),
            "no Parquet file: it does not begin as one",
        ),
        (whole[..end].to_vec(), "cut short: its end is missing"),
        (encrypted, "encrypted; write it without encryption"),
    ] {
        let message = message(bytes);
        assert!(
            message.starts_with("orders.parquet: ") && message.contains(expected),
            "{message}"
        );
    }
    let folder = open(Path::new(env!("CARGO_MANIFEST_DIR")), Watch::new());
    assert!(matches!(folder, Err(Error::Io { .. })));
    let nothing = open(Path::new("no such file.parquet"), Watch::new());
    assert!(matches!(nothing, Err(Error::Io { .. })));
}

#[test]
fn a_file_cut_short_is_an_error_wherever_it_ends() {
    let whole = written(&orders(30), plain());
    for length in 0..whole.len() {
        let message = message(whole[..length].to_vec());
        assert!(message.starts_with("orders.parquet: "), "{length}");
    }
}

/// Wrong bits in the pages themselves are left to the decoders, which do not bear all of them.
#[test]
fn a_wrong_bit_in_what_the_file_says_of_itself_is_borne() {
    let whole = written(&orders(30), plain());
    let end = whole.len() - 8;
    let length = whole[end..]
        .first_chunk()
        .map_or(0, |&bytes| u32::from_le_bytes(bytes));
    for at in (0..4).chain(end - length as usize..whole.len()) {
        for bit in 0..8 {
            let mut wrong = whole.clone();
            wrong[at] ^= 1 << bit;
            if let Ok(rows) = read(wrong) {
                assert_eq!(rows.len(), 30, "bit {bit} of byte {at}");
            }
        }
    }
}

/// Where a file of the public data is, or `None` where it may be missing and is.
fn data(file: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("COBUY_DATASETS").map(PathBuf::from);
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/datasets");
    let path = folder.unwrap_or_else(beside).join(file);
    let required = std::env::var_os("COBUY_REQUIRE_DATA").is_some_and(|value| value == "1");
    assert!(
        path.exists() || !required,
        "`{}` is missing",
        path.display()
    );
    path.exists().then_some(path)
}

/// The fields of a CSV file's first rows, header first.
fn csv(path: &Path, rows: usize) -> Vec<Vec<String>> {
    let mut text = Vec::new();
    let file = File::open(path).map(flate2::read::GzDecoder::new);
    let read = file.and_then(|file| file.take(1 << 20).read_to_end(&mut text));
    assert!(read.is_ok(), "{read:?}");
    let (mut reader, mut at) = (csv_core::Reader::new(), 0);
    let (mut field, mut record, mut records) = ([0; 1024], Vec::new(), Vec::new());
    while records.len() <= rows {
        let (result, read, length) = reader.read_field(&text[at..], &mut field);
        at += read;
        match result {
            csv_core::ReadFieldResult::Field { record_end } => {
                record.push(String::from_utf8_lossy(&field[..length]).into_owned());
                if record_end {
                    records.push(std::mem::take(&mut record));
                }
            }
            _ => break,
        }
    }
    records
}

#[test]
fn online_retail_has_the_texts_of_its_csv_file() -> Result<()> {
    let file = |name| data(&format!("online_retail/online_retail.{name}"));
    let (Some(parquet), Some(text)) = (file("parquet"), file("csv.gz")) else {
        println!("skipped: there is no online_retail");
        return Ok(());
    };
    let mut batches = open(&parquet, Watch::new())?;
    assert_eq!(batches.rows(), 541_909);
    let types = batches
        .schema()
        .fields()
        .iter()
        .map(|field| field.data_type().to_string());
    println!("types: {}", types.collect::<Vec<_>>().join(", "));
    let Some(first) = batches.next() else {
        return Ok(());
    };
    let cells = ArrowCells::new(&first?, "online_retail.parquet")?;
    let expected = csv(&text, 1000);
    assert_eq!(cells.names(), expected[0]);
    let mut times = TimeReader::new(jiff::tz::TimeZone::UTC, ClockChange::Refuse, None);
    let mut differ = vec![0; cells.columns()];
    for (row, fields) in expected[1..].iter().enumerate() {
        for (column, field) in fields.iter().enumerate() {
            let cell = cells.get(column, row).unwrap_or_default();
            differ[column] += usize::from(cell != field);
            let same = match cells.names()[column].as_str() {
                "UnitPrice" => cell.parse::<f64>() == field.parse(),
                "InvoiceDate" => times.read(cell) == times.read(field),
                _ => cell == field,
            };
            assert!(same, "row {row}: `{cell}`, but the CSV file has `{field}`");
        }
    }
    assert_eq!(expected.len(), 1001);
    println!(
        "written otherwise: {:?}",
        cells.names().iter().zip(differ).collect::<Vec<_>>()
    );
    Ok(())
}
