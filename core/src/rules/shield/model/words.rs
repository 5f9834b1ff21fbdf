//! The words that the model reads as what they mean to a machine: every other
//! word is a word.
//!
//! A list of its own, since the weights are trained for it: the tables of the
//! detectors may change without them. Source: the manuals of the databases,
//! WHATWG HTML, the manuals of PHP, Java, Python and of the shells, and the
//! most common words of English prose. Only hashes reach the build.

use crate::text::words::hash;
use alloc::sync::Arc;
use alloc::vec;

/// The lists; a word of two lists belongs to the first.
pub(super) const LISTS: &[&str] = &[
    // 1: joins rows
    "union intersect except minus",
    "all distinct distinctrow",
    "select",
    "from where having into limit offset",
    // 5
    "order group by asc desc",
    "insert replace update delete merge truncate set values",
    "drop create alter grant revoke declare exec execute call shutdown cursor rename",
    "and or xor not rlike",
    "like ilike regexp glob similar between in is isnull notnull div mod",
    // 10
    "null true false",
    "waitfor delay sleep pg_sleep benchmark randomblob dbms_lock dbms_pipe receive_message heavy",
    "ascii unicode char chr nchar varchar nvarchar concat concat_ws group_concat string_agg wm_concat listagg substr substring substring_index mid ord hex unhex conv cast convert ifnull nullif coalesce iif instr locate make_set elt strcmp find_in_set json_keys greatest least",
    "length len count exists if left right lower upper rand floor round max min row any version case when then else end decode",
    "user_name db_name system_user session_user current_user current_database current_schema sqlite_version version_comment user database schema hostname datadir",
    // 15
    "extractvalue updatexml xmltype name_const utl_inaddr utl_http ctxsys query_to_xml database_to_xml pg_read_file pg_ls_dir lo_import openrowset opendatasource load_extension load_file outfile dumpfile procedure analyse xp_cmdshell xp_regread xp_dirtree xp_availablemedia xp_servicecontrol sp_configure sp_password sp_makewebtask sp_executesql sp_addlogin sp_oacreate httpuritype polygon geometrycollection multipoint linestring gtid_subset",
    "information_schema sysobjects syscolumns sysusers sysdatabases sysprocesses pg_catalog pg_shadow pg_user pg_database pg_tables sqlite_master sqlite_schema msysaccessobjects all_tables all_users user_tables user_tab_columns all_tab_columns dba_users v_version table_name column_name table_schema dual mysql master",
    "table tables column columns index trigger view function login password passwd username admin",
    // 18: elements that run
    "script iframe object embed applet base meta link isindex marquee frame frameset svg math import noscript template xmp plaintext",
    "img image input body video audio form button details select textarea keygen bgsound table style source track animate animatetransform set foreignobject use noembed portal dialog",
    // 20: elements of pages
    "div span ul ol li br hr em strong b i u h1 h2 h3 h4 h5 h6 td tr th tbody thead pre blockquote label option html head section article nav header footer main figure small sup sub",
    "onabort onactivate onafterprint onafterscriptexecute onanimationcancel onanimationend onanimationiteration onanimationstart onauxclick onbeforeactivate onbeforecopy onbeforecut onbeforeinput onbeforepaste onbeforeprint onbeforescriptexecute onbeforetoggle onbeforeunload onbegin onblur onbounce oncanplay oncanplaythrough onclose oncontextmenu oncopy oncuechange oncut ondeactivate ondrag ondragend ondragenter ondragleave ondragover ondragstart ondrop ondurationchange onend onended onerror onfilterchange onfinish onfocus onfocusin onfocusout onformchange onforminput onfullscreenchange ongotpointercapture onhashchange oninvalid onload onloadeddata onloadedmetadata onloadend onloadstart onlosecapture onlostpointercapture onmessage onmousedown onmouseenter onmouseleave onmousemove onmouseout onmouseover onmouseup onmousewheel onoffline ononline onpagehide onpageshow onpaste onpause onplay onplaying onpointercancel onpointerdown onpointerenter onpointerleave onpointermove onpointerout onpointerover onpointerrawupdate onpointerup onpopstate onprogress onpropertychange onreadystatechange onrepeat onresize onscroll onscrollend onsearch onseeked onseeking onselectionchange onselectstart onshow onstart onstorage onsuspend ontimeupdate ontoggle ontouchend ontouchmove ontouchstart ontransitioncancel ontransitionend ontransitionrun ontransitionstart onunhandledrejection onunload onvolumechange onwebkitanimationend onwebkittransitionend onwheel",
    "onclick onsubmit onchange oninput onkeyup onkeydown onkeypress onselect onreset ondblclick",
    "alert prompt confirm print msgbox eval execscript importscripts getscript",
    "atob btoa fromcharcode setinterval settimeout innerhtml outerhtml insertadjacenthtml unescape decodeuricomponent constructor write writeln xmlhttprequest fetch sendbeacon srcdoc",
    // 25
    "cookie domain localstorage sessionstorage location document window self top parent frames globalthis navigator",
    "javascript vbscript livescript jscript mocha",
    "src href action formaction xlink style background poster autofocus expression behavior tabindex accesskey dynsrc lowsrc data",
    "function var let const return new this typeof throw try catch finally async await typeof string array regexp number json math prototype",
    "http https ftp ftps mailto",
    // 30
    "file php gopher dict ldap ldaps jar phar expect zip tftp sftp ssh2 ogg netdoc rmi jndi dns iiop corba nis nds compress bzip2 zlib",
    "bash sh zsh ksh dash csh tcsh ash cmd powershell pwsh cscript wscript mshta rundll32 regsvr32 certutil bitsadmin wmic",
    "whoami uname ifconfig ipconfig nslookup wget curl netcat ncat nc netstat systeminfo tasklist printenv lsof busybox socat mkfifo nmap telnet traceroute tracert ping ping6 dig crontab useradd adduser sudo nohup xxd lwp",
    "ls dir cat tac pwd chmod chown ps rm cp mv mkdir rmdir grep egrep awk sed xargs uniq perl python python2 python3 ruby node gcc kill killall pkill service systemctl tar unzip base64 iptables ssh scp env tee wc nl od rev sort head tail echo printf touch stat exec id which type net start reg",
    "ifs path home shell random oldpwd",
    // 35
    "etc passwd shadow group hosts motd issue crontab fstab sudoers ssh id_rsa authorized_keys bash_history htaccess htpasswd passwords resolv",
    "proc self environ cmdline maps fd status version cwd root var log logs access access_log error_log apache apache2 httpd nginx tmp usr bin sbin opt home",
    "windows winnt win system32 ini boot hosts drivers inetpub wwwroot autoexec config sam php5 xampp wamp",
    "web inf wp env git svn ds_store config conf cnf bak old backup sql db dat properties yml yaml dockerfile",
    "phtml php3 php4 php5 asp aspx jsp jspx cgi pl cfm ashx asmx",
    // 40
    "phpinfo system passthru shell_exec proc_open popen pcntl_exec assert base64_decode gzinflate str_rot13 call_user_func create_function file_get_contents file_put_contents highlight_file show_source readfile fopen fwrite preg_replace array_map ini_set php_uname getenv include include_once require require_once unserialize var_dump print_r chr_ move_uploaded_file error_reporting",
    "_get _post _request _server _cookie _files _session globals",
    "java javax lang runtime getruntime processbuilder scriptenginemanager scriptengine classloader class forname getclass getmethod invoke newinstance ognl opensymphony xwork2 freemarker springframework struts servletcontext memberaccess _memberaccess multipartresolver tomcat beans process",
    "__class__ __mro__ __subclasses__ __globals__ __builtins__ __import__ __init__ __getitem__ __dict__ __bases__ __base__ mro subclasses builtins importlib subprocess os lipsum cycler joiner getattr attr request_ config_",
    "child_process mainmodule execsync spawnsync spawn global process_ __proto__ binding",
    // 45
    "jndi_ lower_ upper_ sys date_ main",
    "ne gt gte lt lte nin regex or_ where_ exists_ elemmatch expr",
    "entity doctype element attlist public system_ xml xmlns xinclude xsl stylesheet dtd cdata",
    "include_ exec_ printenv_ fsize flastmod virtual cmd_",
    "localhost metadata internal burpcollaborator interact oast requestbin ngrok evil attacker hacker",
    // 50
    "set_cookie content location_ refresh transfer encoding host",
    "the of to a it for you that with be this have not but what were we there can an your which their said will each about how up out them she many some so these would other has her two him see time could no make than first been its who now people my made over did down only way find use may water long little very after words called just where_ most know get through much before go good our used me man too",
    "on as at by_ his they one had word all_ when_ use_ he was are i am do don isn doesn won didn s t re ve ll",
    "look think also around another came come work three must because does part even place well such here take why things help put years different away again off went number great tell men say every found still between_ name should big give air line own under read never last us left_ end_ along while might next below saw something both few those always show large often together asked house going want school important until form_ food keep children feet land without boy once life enough took sometimes four above kind began almost live page got need far hand high year",
    "der die das und ist nicht ein eine mit auf fur von zu den dem des im sich auch wie aus bei nach nur",
    // 55
    "le la les et est une des pas pour dans que qui sur avec ce il elle vous nous au par plus ou el los las un una para con por como",
    "utf 8859 charset text application json www form urlencoded multipart mozilla applewebkit khtml gecko chrome safari firefox windows_ macintosh linux android iphone",
    "com org net io co html htm css js png jpg jpeg gif webp svg_ pdf min",
    "px rem vh vw rgba rgb hsl margin padding color font size width height display flex grid border solid auto none",
    "def fn pub impl struct enum use_ mod_ package static void int double float bool extends implements export default module npm install yarn pip cargo git_ docker",
];

const COUNT: usize = count();

/// What the build keeps: hashes without their last byte, in order, as distances
/// (low bytes, middle ones, and two bits), and the list of each.
static PACKED: [u8; 3 * COUNT] = packed();

#[allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "runs at compile time, where a fault is a compile error"
)]
const fn count() -> usize {
    let (mut list, mut count) = (0, 0);
    while list < LISTS.len() {
        let bytes = LISTS[list].as_bytes();
        let mut index = 0;
        while index < bytes.len() {
            count += (bytes[index] == b' ') as usize;
            index += 1;
        }
        list += 1;
        count += 1;
    }
    count
}

#[allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    reason = "runs at compile time, where a fault is a compile error"
)]
const fn packed() -> [u8; 3 * COUNT] {
    // upper bits of the hash, then the list: the first list of a word comes first
    let mut words = [0_u32; COUNT];
    let (mut list, mut at) = (0, 0);
    while list < LISTS.len() {
        let mut rest = LISTS[list].as_bytes();
        list += 1;
        while !rest.is_empty() {
            let mut length = 0;
            while length < rest.len() && rest[length] != b' ' {
                length += 1;
            }
            let (word, behind) = rest.split_at(length);
            words[at] = hash(word) & !0xff | list as u32;
            at += 1;
            rest = match behind.split_first() {
                Some((_, rest)) => rest,
                None => behind,
            };
        }
    }
    // Shell's sort
    let mut gap = COUNT / 2;
    while gap > 0 {
        let mut from = gap;
        while from < COUNT {
            let mut to = from;
            while to >= gap && words[to - gap] > words[to] {
                words.swap(to, to - gap);
                to -= gap;
            }
            from += 1;
        }
        gap /= 2;
    }
    let mut packed = [0; 3 * COUNT];
    let (mut index, mut before) = (0, 0);
    while index < COUNT {
        let distance = (words[index] >> 8) - before;
        assert!(distance < 0x4_0000 && LISTS.len() < 64);
        before = words[index] >> 8;
        packed[index] = distance as u8;
        packed[COUNT + index] = (distance >> 8) as u8;
        packed[2 * COUNT + index] = words[index] as u8 | (distance >> 10) as u8 & 0xc0;
        index += 1;
    }
    packed
}

const SLOTS: usize = 4096;

/// The lists of words, by hash: open addressing.
#[derive(Clone)]
pub(super) struct Known(Arc<[u32]>);

impl Known {
    pub(super) fn new() -> Self {
        let mut slots = vec![0; SLOTS];
        let (low, rest) = PACKED.split_at(COUNT);
        let (middle, rest) = rest.split_at(COUNT);
        let mut hash = 0_u32;
        for ((low, middle), rest) in low.iter().zip(middle).zip(rest) {
            let distance = u32::from_le_bytes([*low, *middle, rest >> 6, 0]);
            hash = hash.wrapping_add(distance.wrapping_shl(8));
            let mut place = Self::place(hash);
            while let Some(slot) = slots.get_mut(place & SLOTS.wrapping_sub(1)) {
                if *slot >> 8 == hash >> 8 {
                    break;
                }
                if *slot == 0 {
                    *slot = hash | u32::from(rest & 0x3f);
                    break;
                }
                place = place.wrapping_add(1);
            }
        }
        Self(slots.into())
    }

    #[inline]
    fn place(hash: u32) -> usize {
        usize::try_from(hash >> 20).unwrap_or_default()
    }

    /// The list that has the word with this hash; 0 if none.
    #[inline]
    pub(super) fn list(&self, hash: u32) -> u32 {
        let mut place = Self::place(hash);
        // some are free
        while let Some(slot) = self.0.get(place & SLOTS.wrapping_sub(1)) {
            if *slot == 0 {
                return 0;
            }
            if *slot >> 8 == hash >> 8 {
                return *slot & 0xff;
            }
            place = place.wrapping_add(1);
        }
        0
    }
}
