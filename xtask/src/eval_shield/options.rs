//! What `cargo xtask eval shield` is asked for.

use std::path::PathBuf;

pub(super) struct Options {
    pub(super) dir: PathBuf,
    /// `dev` or `train`; both where nothing is said.
    pub(super) split: Option<String>,
    pub(super) show_fp: usize,
    pub(super) show_fn: Option<(String, usize)>,
    pub(super) cost: bool,
    /// Read each row by weights that never saw its source.
    pub(super) loso: bool,
    /// Only rows of this source.
    pub(super) source: Option<String>,
    /// A text file to classify instead of the corpora.
    pub(super) list: Option<PathBuf>,
    /// Classify its paragraphs, not its lines.
    pub(super) paragraphs: bool,
}

impl Options {
    pub(super) fn parse(args: &[String]) -> Result<Self, String> {
        let mut options = Self {
            dir: PathBuf::new(),
            split: None,
            show_fp: 0,
            show_fn: None,
            cost: false,
            loso: false,
            source: None,
            list: None,
            paragraphs: false,
        };
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            let mut number = |what: &str| -> Result<usize, String> {
                args.next()
                    .and_then(|n| n.parse().ok())
                    .ok_or_else(|| format!("{what}: expected a number"))
            };
            match arg.as_str() {
                "--show-fp" => options.show_fp = number("--show-fp")?,
                "--show-fn" => {
                    let class = args
                        .next()
                        .ok_or("--show-fn: expected a class and a number")?;
                    let count = args.next().and_then(|n| n.parse().ok());
                    options.show_fn =
                        Some((class.clone(), count.ok_or("--show-fn: expected a number")?));
                }
                "--split" => {
                    let split = args.next().ok_or("--split: expected dev or train")?;
                    options.split = Some(split.clone());
                }
                "--source" => {
                    options.source = Some(args.next().ok_or("--source: expected a name")?.clone());
                }
                "--list" => {
                    options.list = Some(args.next().ok_or("--list: expected a file")?.into());
                }
                "--paragraphs" => options.paragraphs = true,
                "--loso" => options.loso = true,
                "--cost" => options.cost = true,
                dir if !dir.starts_with("--") => options.dir = dir.into(),
                other => return Err(format!("unknown option {other}")),
            }
        }
        if options.dir.as_os_str().is_empty() {
            return Err("expected the folder of the *.jsonl.gz files".into());
        }
        Ok(options)
    }
}
