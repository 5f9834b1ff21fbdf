//! The commands of POSIX shells, `cmd.exe` and `PowerShell` that intruders run,
//! by how they read elsewhere and by whether they say anything on their own.
//!
//! Sources: POSIX.1-2017 utilities, Microsoft's Windows command reference, and
//! `GTFOBins` and `LOLBAS` for programs of a system that run or fetch others.

use super::words::{grouped, word_table};

/// How a command reads outside a shell, and whether it needs arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// Hardly a word of prose or code, and tells something when run alone.
    Telling,
    /// Hardly a word of prose or code; alone it does nothing.
    Plain,
    /// Tells something when run alone, but is a word elsewhere as well.
    Terse,
    /// A word of prose or code as well: its arguments decide.
    Common,
}

impl Command {
    /// A word of prose, code or tables as well.
    pub(crate) fn is_common(self) -> bool {
        matches!(self, Self::Terse | Self::Common)
    }

    /// Worth running without arguments.
    pub(crate) fn tells(self) -> bool {
        matches!(self, Self::Telling | Self::Terse)
    }
}

const TELLING: [&str; 28] = [
    "whoami",
    "uname",
    "ifconfig",
    "ipconfig",
    "ls",
    "dir",
    "pwd",
    "ps",
    "netstat",
    "systeminfo",
    "tasklist",
    "sh",
    "bash",
    "zsh",
    "ksh",
    "powershell",
    "pwsh",
    "cmd",
    "printenv",
    "lsof",
    "lscpu",
    "lsblk",
    "lsmod",
    "dmesg",
    "nproc",
    "csh",
    "sysinfo",
    "tcsh",
];

const PLAIN: [&str; 123] = [
    "nslookup",
    "wget",
    "curl",
    "netcat",
    "ncat",
    "nc",
    "cat",
    "tac",
    "chmod",
    "chown",
    "perl",
    "python",
    "python2",
    "python3",
    "php",
    "ruby",
    "irb",
    "tftp",
    "telnet",
    "ftp",
    "ssh",
    "scp",
    "sftp",
    "rsync",
    "rm",
    "cp",
    "mv",
    "mkdir",
    "rmdir",
    "grep",
    "egrep",
    "fgrep",
    "zgrep",
    "awk",
    "gawk",
    "mawk",
    "sed",
    "xargs",
    "uniq",
    "taskkill",
    "wmic",
    "certutil",
    "bitsadmin",
    "mshta",
    "rundll32",
    "regsvr32",
    "schtasks",
    "nmap",
    "gcc",
    "busybox",
    "socat",
    "mkfifo",
    "mknod",
    "base64",
    "base32",
    "xxd",
    "hexdump",
    "printf",
    "nohup",
    "setsid",
    "sudo",
    "doas",
    "crontab",
    "useradd",
    "adduser",
    "usermod",
    "userdel",
    "ping",
    "ping6",
    "traceroute",
    "tracert",
    "iptables",
    "killall",
    "pkill",
    "netsh",
    "systemctl",
    "zcat",
    "bzcat",
    "xzcat",
    "vim",
    "vi",
    "openssl",
    "gpg",
    "docker",
    "kubectl",
    "nsenter",
    "chroot",
    "unshare",
    "lua",
    "luajit",
    "tclsh",
    "gdb",
    "strace",
    "ltrace",
    "cscript",
    "wscript",
    "msiexec",
    "installutil",
    "regasm",
    "msbuild",
    "forfiles",
    "findstr",
    "icacls",
    "xcopy",
    "robocopy",
    "vssadmin",
    "nltest",
    "whois",
    "tcpdump",
    "mysqldump",
    "psql",
    "pip",
    "pip3",
    "npm",
    "yum",
    "stdbuf",
    "taskset",
    "ionice",
    "getent",
    "gunzip",
    "bunzip2",
    "hping3",
    "sshpass",
];

const TERSE: [&str; 27] = [
    "id", "env", "set", "ver", "who", "last", "hostname", "date", "history", "mount", "groups",
    "df", "du", "arp", "route", "finger", "logname", "hostid", "tty", "uptime", "free", "vmstat",
    "shutdown", "reboot", "halt", "poweroff", "alias",
];

const COMMON: [&str; 85] = [
    "type", "find", "sort", "head", "tail", "more", "less", "host", "timeout", "sleep", "net",
    "reg", "start", "echo", "cut", "kill", "make", "service", "copy", "del", "erase", "move",
    "touch", "read", "exec", "eval", "source", "which", "where", "wait", "cd", "tee", "wc", "nl",
    "od", "dd", "su", "tar", "zip", "unzip", "gzip", "bzip2", "export", "file", "stat", "split",
    "rev", "lwp", "mail", "man", "git", "passwd", "expr", "dig", "node", "dash", "at", "batch",
    "watch", "time", "nice", "open", "paste", "fold", "diff", "cmp", "column", "expand", "tr",
    "seq", "strings", "script", "screen", "tmux", "install", "ln", "locate", "command", "trap",
    "call", "attrib", "printf", "ren", "nano", "apt",
];

const COUNT: usize = TELLING.len() + PLAIN.len() + TERSE.len() + COMMON.len();

const LIST: [(&str, Command); COUNT] = grouped(&[
    (&TELLING, Command::Telling),
    (&PLAIN, Command::Plain),
    (&TERSE, Command::Terse),
    (&COMMON, Command::Common),
]);

// Every command by its name.
word_table!(pub(crate) static COMMANDS: Command = LIST);
