//! The shapes of keys that services give out, as they publish them: what a key
//! begins with, what it is made of, how long the rest is.
//!
//! From the documentation of the providers named, which announce prefixes so
//! that scanners find them. Sorted by prefix, the longer of two first.

/// Bytes a key goes on with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    /// Lower-case hexadecimal.
    Hex,
    /// Upper-case letters and digits.
    Upper,
    /// Letters and digits.
    Plain,
    /// Letters, digits, `_` and `-`.
    Url,
    /// Those and dots.
    Dotted,
}

/// Prefix, what follows, fewest and most bytes of it.
pub(super) type Shape = (&'static str, Of, u8, u8);

use Of::{Dotted, Hex, Plain, Upper, Url};

pub(super) const SHAPES: &[Shape] = &[
    ("ABIA", Upper, 16, 16), // Amazon Web Services, also ACCA, AGPA, AIDA, AKIA, AROA, ASIA
    ("ACCA", Upper, 16, 16),
    ("AGE-SECRET-KEY-1", Upper, 58, 58), // age
    ("AGPA", Upper, 16, 16),
    ("AIDA", Upper, 16, 16),
    ("AIza", Url, 35, 35),   // Google
    ("AKCp", Plain, 60, 80), // JFrog
    ("AKIA", Upper, 16, 16),
    ("AKID", Plain, 32, 32), // Tencent Cloud
    ("AQVN", Url, 34, 42),   // Yandex
    ("AROA", Upper, 16, 16),
    ("ASIA", Upper, 16, 16),
    ("ATATT3", Url, 150, 200), // Atlassian
    ("ATBB", Plain, 28, 36),   // Bitbucket
    ("ATCTT3", Url, 150, 200),
    ("CCIPAT_", Url, 40, 80), // CircleCI
    ("CCIPRJ_", Url, 40, 80),
    ("CFPAT-", Url, 43, 43), // Contentful
    ("EAAA", Url, 56, 64),   // Square
    ("EZAK", Plain, 54, 54), // EasyPost
    ("EZTK", Plain, 54, 54),
    ("FLWSECK-", Plain, 32, 44), // Flutterwave
    ("FLWSECK_TEST-", Plain, 32, 44),
    ("GOCSPX-", Url, 28, 28), // Google OAuth
    ("HRKU-", Url, 36, 66),   // Heroku
    ("LTAI", Plain, 12, 26),  // Alibaba Cloud
    ("NRAK-", Upper, 27, 27), // New Relic
    ("NRJS-", Hex, 19, 19),
    ("PMAK-", Url, 55, 65),      // Postman
    ("SG.", Dotted, 60, 75),     // SendGrid
    ("SK", Hex, 32, 32),         // Twilio
    ("aio_", Plain, 28, 28),     // Adafruit
    ("api_org_", Plain, 30, 40), // Hugging Face
    ("bkua_", Plain, 40, 40),    // Buildkite
    ("cio", Plain, 32, 32),      // crates.io
    ("dapi", Hex, 32, 34),       // Databricks
    ("dckr_oat_", Url, 24, 40),  // Docker
    ("dckr_pat_", Url, 24, 40),
    ("doo_v1_", Hex, 64, 64), // DigitalOcean
    ("dop_v1_", Hex, 64, 64),
    ("dor_v1_", Hex, 64, 64),
    ("dp.", Dotted, 40, 60),       // Doppler
    ("dt0c01.", Dotted, 85, 95),   // Dynatrace
    ("duffel_live_", Url, 40, 50), // Duffel
    ("duffel_test_", Url, 40, 50),
    ("e2b_", Hex, 40, 40),        // E2B
    ("eyJrIjoi", Plain, 70, 200), // Grafana, the older kind
    ("fc-", Hex, 32, 32),         // Firecrawl
    ("figd_", Url, 38, 48),       // Figma
    ("fio-u-", Url, 64, 64),      // Frame.io
    ("fm2_", Url, 60, 255),       // Fly.io
    ("fo1_", Url, 40, 50),
    ("gho_", Plain, 36, 255), // GitHub
    ("ghp_", Plain, 36, 255),
    ("ghr_", Plain, 36, 255),
    ("ghs_", Plain, 36, 255),
    ("ghu_", Plain, 36, 255),
    ("github_pat_", Url, 60, 100),
    ("glc_", Plain, 32, 255), // Grafana Cloud
    ("glcbt-", Url, 20, 64),  // GitLab
    ("gldt-", Url, 20, 64),
    ("glft-", Url, 20, 64),
    ("glpat-", Url, 20, 64),
    ("glptt-", Url, 20, 64),
    ("glrt-", Url, 20, 64),
    ("glsa_", Url, 41, 41),
    ("glsoat-", Url, 20, 64),
    ("gsk_", Plain, 48, 56), // Groq
    ("hf_", Plain, 30, 40),
    ("hvb.", Url, 90, 255), // HashiCorp Vault
    ("hvs.", Url, 24, 255),
    ("ico-", Plain, 32, 32),     // Infracost
    ("key-", Hex, 32, 32),       // Mailgun
    ("lin_api_", Plain, 32, 48), // Linear
    ("lin_oauth_", Hex, 64, 64),
    ("live_", Hex, 35, 35),    // Lob
    ("lsv2_pt_", Url, 32, 60), // LangSmith
    ("lsv2_sk_", Url, 32, 60),
    ("napi_", Plain, 60, 70),   // Neon
    ("nfp_", Plain, 32, 48),    // Netlify
    ("npm_", Plain, 36, 36),    // npm
    ("ntn_", Plain, 40, 50),    // Notion
    ("nvapi-", Url, 60, 72),    // NVIDIA
    ("ops_eyJ", Url, 100, 255), // 1Password
    ("oy2", Plain, 43, 43),     // NuGet
    ("pat-eu1-", Url, 36, 36),  // HubSpot
    ("pat-na1-", Url, 36, 36),
    ("pat-na2-", Url, 36, 36),
    ("pat", Dotted, 79, 79),           // Airtable
    ("pcsk_", Url, 60, 80),            // Pinecone
    ("phx_", Plain, 40, 50),           // PostHog
    ("pnu_", Plain, 36, 36),           // Prefect
    ("polar_oat_", Url, 30, 50),       // Polar
    ("pplx-", Plain, 48, 56),          // Perplexity
    ("pscale_oauth_", Dotted, 32, 64), // PlanetScale
    ("pscale_pw_", Dotted, 32, 64),
    ("pscale_tkn_", Dotted, 32, 64),
    ("pul-", Hex, 40, 40),        // Pulumi
    ("pypi-AgE", Url, 50, 255),   // PyPI
    ("r8_", Plain, 37, 40),       // Replicate
    ("rdme_", Plain, 60, 80),     // ReadMe
    ("re_", Url, 32, 36),         // Resend
    ("rk_live_", Plain, 24, 107), // Stripe
    ("rk_test_", Plain, 24, 107),
    ("rubygems_", Hex, 48, 48),   // RubyGems
    ("rzp_live_", Plain, 14, 14), // Razorpay
    ("rzp_test_", Plain, 14, 14),
    ("sb_secret_", Url, 30, 44), // Supabase
    ("sbp_", Hex, 40, 40),
    ("secret_", Plain, 43, 43), // Notion, the older kind
    ("sgp_", Url, 40, 64),      // Sourcegraph
    ("shpat_", Hex, 32, 32),    // Shopify
    ("shpca_", Hex, 32, 32),
    ("shppa_", Hex, 32, 32),
    ("shpss_", Hex, 32, 32),
    ("shippo_live_", Hex, 40, 40), // Shippo
    ("shippo_test_", Hex, 40, 40),
    ("sk-ant-", Url, 80, 120),  // Anthropic
    ("sk-lf-", Url, 36, 36),    // Langfuse
    ("sk-or-v1-", Hex, 64, 64), // OpenRouter
    ("sk-proj-", Url, 40, 200), // OpenAI
    ("sk-svcacct-", Url, 40, 200),
    ("sk-", Plain, 32, 64),
    ("sk.", Dotted, 70, 255),     // Mapbox
    ("sk_live_", Plain, 24, 107), // Stripe, Clerk
    ("sk_test_", Plain, 24, 107),
    ("sk_", Hex, 48, 48),      // ElevenLabs
    ("sl.", Url, 60, 255),     // Dropbox
    ("sntrys_", Url, 60, 255), // Sentry
    ("sntryu_", Hex, 64, 64),
    ("sq0atp-", Url, 22, 22), // Square
    ("sq0csp-", Url, 43, 43),
    ("sqa_", Hex, 40, 40), // SonarQube
    ("sqp_", Hex, 40, 40),
    ("squ_", Hex, 40, 40),
    ("tfp_", Url, 40, 64),       // Typeform
    ("tskey-api-", Url, 20, 70), // Tailscale
    ("tskey-auth-", Url, 20, 70),
    ("tvly-", Url, 32, 48),    // Tavily
    ("v1.0-", Url, 120, 190),  // Cloudflare
    ("whsec_", Plain, 32, 64), // Stripe
    ("xai-", Plain, 80, 80),   // xAI
    ("xapp-", Url, 40, 120),   // Slack
    ("xkeysib-", Url, 70, 90), // Brevo
    ("xoxa-", Url, 20, 120),
    ("xoxb-", Url, 20, 120),
    ("xoxc-", Url, 20, 120),
    ("xoxd-", Url, 20, 120),
    ("xoxe-", Url, 20, 200),
    ("xoxp-", Url, 20, 120),
    ("xoxr-", Url, 20, 120),
    ("xoxs-", Url, 20, 120),
    ("ya29.", Url, 30, 255), // Google OAuth
];
