//! Functions that run, read or decode what they are given, in the words of PHP,
//! Perl, Ruby, Python and Node.js.

use crate::text::words::{grouped, word_table};

/// What a function does with its argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Function {
    /// Hands it to a shell.
    Runs,
    /// Runs it as code.
    Evaluates,
    /// Opens it as a file.
    Reads,
    /// Turns it into something else, such as code.
    Decodes,
    /// Prints it, which proves that code ran.
    Shows,
}

const RUNS: [&str; 21] = [
    "system",
    "exec",
    "passthru",
    "shell_exec",
    "popen",
    "proc_open",
    "pcntl_exec",
    "spawn",
    "spawnsync",
    "execsync",
    "execfile",
    "execfilesync",
    "check_output",
    "getoutput",
    "ssh2_exec",
    "expect_popen",
    "subprocess",
    "call",
    "run",
    "start",
    "check_call",
];
const EVALUATES: [&str; 18] = [
    "eval",
    "assert",
    "create_function",
    "call_user_func",
    "call_user_func_array",
    "preg_replace",
    "preg_replace_callback",
    "array_map",
    "array_filter",
    "usort",
    "register_shutdown_function",
    "include",
    "include_once",
    "require",
    "require_once",
    "unserialize",
    "compile",
    "__import__",
];
const READS: [&str; 17] = [
    "readfile",
    "file_get_contents",
    "file_put_contents",
    "fopen",
    "fwrite",
    "file",
    "open",
    "show_source",
    "highlight_file",
    "move_uploaded_file",
    "opendir",
    "scandir",
    "parse_ini_file",
    "unlink",
    "readfilesync",
    "readdirsync",
    "simplexml_load_file",
];
const DECODES: [&str; 12] = [
    "base64_decode",
    "gzinflate",
    "gzuncompress",
    "str_rot13",
    "strrev",
    "hex2bin",
    "chr",
    "convert_uudecode",
    "md5",
    "hexdec",
    "dechex",
    "base_convert",
];
const SHOWS: [&str; 16] = [
    "print",
    "print_r",
    "var_dump",
    "var_export",
    "printf",
    "die",
    "echo",
    "phpinfo",
    "phpversion",
    "php_uname",
    "getenv",
    "ini_set",
    "get_defined_vars",
    "get_current_user",
    "getcwd",
    "sleep",
];
const COUNT: usize = RUNS.len() + EVALUATES.len() + READS.len() + DECODES.len() + SHOWS.len();
const LIST: [(&str, Function); COUNT] = grouped(&[
    (&RUNS, Function::Runs),
    (&EVALUATES, Function::Evaluates),
    (&READS, Function::Reads),
    (&DECODES, Function::Decodes),
    (&SHOWS, Function::Shows),
]);
// Every function by its name.
word_table!(pub(super) static FUNCTIONS: Function = LIST);
