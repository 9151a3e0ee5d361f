//! Cases as data, a file a theme: what runs one (`run`) and where they are (`folder`) says who uses this.

/// A test for each file, and one that no file is forgotten.
macro_rules! themes {
    ($($theme:ident),+) => {
        $(
            #[test]
            fn $theme() {
                run(stringify!($theme));
            }
        )+

        #[test]
        fn every_file_of_cases_is_run() {
            let run: std::collections::BTreeSet<String> = [$(stringify!($theme)),+].map(str::to_owned).into();
            let there: std::collections::BTreeSet<String> = std::fs::read_dir(folder())
                .unwrap()
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .filter_map(|name| name.strip_suffix(".toml").map(str::to_owned))
                .collect();
            assert_eq!(run, there);
        }
    };
}
