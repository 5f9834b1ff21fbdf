//! Signed agents: what they send, and where the keys are.

/// What the last of these signatures covers: the digest of no body.
pub(super) const DIGEST: &str = "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:";

/// Signatures of agents, one for each outcome: Signature-Agent, Signature-Input,
/// Signature. The key was made for this and is gone.
pub(super) const SIGNATURES: &[[&str; 3]] = &[
    [
        "a=\"https://agent.example\"",
        "a=(\"@authority\" \"signature-agent\";key=\"a\");created=1799999940;expires=1815768000;keyid=\"NyGea9IluD2DhTF4G3aWROMoViYsX7k211SQFk-Cmiw\";tag=\"web-bot-auth\"",
        "a=:AggLtcVYT7RutS32gTgr5zgwaNCftRUcuc3XfwmXeM7lXu1fxTIEjbETINfzuHFI6Jy39rEA67B2tzKU37rDDw==:",
    ],
    [
        "a=\"https://agent.example\"",
        "a=(\"@authority\" \"signature-agent\";key=\"a\");created=1799999940;expires=1815768000;keyid=\"NyGea9IluD2DhTF4G3aWROMoViYsX7k211SQFk-Cmiw\";nonce=\"bm9uY2U\";tag=\"web-bot-auth\"",
        "a=:zlAkZVgsNtTGWxg5wmI+UAst8HJFEiINTB90N038dgdEJiHvY8/fqXCEFWi8omYtnDvn08QkiRyvqB05a77wCQ==:",
    ],
    [
        "a=\"https://agent.example\"",
        "a=(",
        "a=:AggLtcVYT7RutS32gTgr5zgwaNCftRUcuc3XfwmXeM7lXu1fxTIEjbETINfzuHFI6Jy39rEA67B2tzKU37rDDw==:",
    ],
    [
        "a=\"https://agent.example\"",
        "a=(\"@authority\" \"signature-agent\";key=\"a\");created=1799999940;expires=1815768000;keyid=\"NyGea9IluD2DhTF4G3aWROMoViYsX7k211SQFk-Cmiw\";tag=\"web-bot-auth\"",
        "b=:AggLtcVYT7RutS32gTgr5zgwaNCftRUcuc3XfwmXeM7lXu1fxTIEjbETINfzuHFI6Jy39rEA67B2tzKU37rDDw==:",
    ],
    [
        "a=\"https://agent.example\"",
        "a=(\"@authority\" \"signature-agent\";key=\"a\");created=1799999940;keyid=\"NyGea9IluD2DhTF4G3aWROMoViYsX7k211SQFk-Cmiw\";tag=\"web-bot-auth\"",
        "a=:VStt+da8t2IAyxmPMW54vSy1LccJVgkm7ZLbGqJnIqGjNzGBSSVxcpm80Z4Av3uePHYH3klMBNzqQCUQ5oolDQ==:",
    ],
    [
        "a=\"https://agent.example\"",
        "a=(\"@authority\" \"signature-agent\";key=\"a\");created=1799999940;expires=1815768000;keyid=\"NyGea9IluD2DhTF4G3aWROMoViYsX7k211SQFk-Cmiw\";alg=\"hmac-sha256\";tag=\"web-bot-auth\"",
        "a=:Zj3O+XVYmzEyqz0PRlOZ6HAW53Q/lefKktuowyJWDXaSahEDUFRCIZKmzreJwzJqlMLBYENVLTx2PDJEIlSlCg==:",
    ],
    [
        "a=\"https://agent.example\"",
        "a=(\"@authority\" \"signature-agent\";key=\"a\");created=1799999940;expires=1799999880;keyid=\"NyGea9IluD2DhTF4G3aWROMoViYsX7k211SQFk-Cmiw\";tag=\"web-bot-auth\"",
        "a=:npLAq3zudlMPrbdmehvmQzw2HLnODbREY9kPUoxve8g3ITpw5IEifJV2OD2/7O80R3qbZrLq+b+YOrULhAQBBA==:",
    ],
    [
        "a=\"https://agent.example\"",
        "a=(\"@authority\" \"signature-agent\";key=\"a\");created=1799999940;expires=1894608000;keyid=\"NyGea9IluD2DhTF4G3aWROMoViYsX7k211SQFk-Cmiw\";tag=\"web-bot-auth\"",
        "a=:WSFtTP71S6PlPiFpXw7yHVxLKm6gnI8MCfkHYaeFj2KuPvoYGMh5a98IleH+zfpAxJjv21a1EYeK9FO0tRzWCA==:",
    ],
    [
        "a=\"https://agent.example\"",
        "a=(\"@authority\" \"signature-agent\";key=\"a\");created=1807884000;expires=1815768000;keyid=\"NyGea9IluD2DhTF4G3aWROMoViYsX7k211SQFk-Cmiw\";tag=\"web-bot-auth\"",
        "a=:Jff5Vu8Lrp8PSNRgfHzM9A4FNxzf6j+jlwHfRF/688yB3hSbFv1DRVIco/WuUiRX41SAY4TvONTBl+vwKH1WDg==:",
    ],
    [
        "a=\"https://agent.example\"",
        "a=(\"@authority\" \"signature-agent\";key=\"a\");created=1799992800;expires=1799996400;keyid=\"NyGea9IluD2DhTF4G3aWROMoViYsX7k211SQFk-Cmiw\";tag=\"web-bot-auth\"",
        "a=:RLTwPzk4Tz/gOGbHfoe7zdJU3Q/OM7Yool+y11mIbKgDI7k1b8/ktNU6MAqE3TnJDPY5dqNaDRFxY0NlL1MICA==:",
    ],
    [
        "a=\"https://agent.example\"",
        "a=(\"@authority\");created=1799999940;expires=1815768000;keyid=\"NyGea9IluD2DhTF4G3aWROMoViYsX7k211SQFk-Cmiw\";tag=\"web-bot-auth\"",
        "a=:1DT1RKnuCEeUD6DcTpDiHxkaLuBV2w1DePcXcxCsodYJke5xNtdTh/Aj/E0x83YyOGd+X7DGIVLN2xvAzedoCg==:",
    ],
    [
        "a=\"http://agent.example\"",
        "a=(\"@authority\" \"signature-agent\";key=\"a\");created=1799999940;expires=1815768000;keyid=\"NyGea9IluD2DhTF4G3aWROMoViYsX7k211SQFk-Cmiw\";tag=\"web-bot-auth\"",
        "a=:47VynGn+VaOA/5t7AE3Hft7ZNGQzXHOYWiEX3RZVTwIZ4FekUevD3GOrzdkZ6TELE1CjZERfiZYJkkaE5URaCQ==:",
    ],
    [
        "a=\"https://agent.example\"",
        "a=(\"signature-agent\";key=\"a\");created=1799999940;expires=1815768000;keyid=\"NyGea9IluD2DhTF4G3aWROMoViYsX7k211SQFk-Cmiw\";tag=\"web-bot-auth\"",
        "a=:XT/Jg6K5jg/udGXr4cGmozUBz9cOBz8dz/impaxMvtzVn7Jx3/OEn3qgqI1jZxr7ScGojnXwzZjk9d0ZAAG+Dw==:",
    ],
    [
        "a=\"https://tests.example\"",
        "a=(\"@authority\" \"signature-agent\";key=\"a\");created=1799999940;expires=1815768000;keyid=\"poqkLGiymh_W0uP6PZFw-dvez3QJT5SolqXBCW38r0U\";tag=\"web-bot-auth\"",
        "a=:A/wP12CylcVtzO0zazbEhdVoJwnhJDu8/+AgUvfBPzyQeLckWuYfAH/xkCJatAfrGyKhbMXFK3CkE0uxHVPICA==:",
    ],
    [
        "a=\"https://agent.example\"",
        "a=(\"@authority\" \"@authority\" \"signature-agent\";key=\"a\");created=1799999940;expires=1815768000;keyid=\"NyGea9IluD2DhTF4G3aWROMoViYsX7k211SQFk-Cmiw\";tag=\"web-bot-auth\"",
        "a=:DknVnd3HcADynrU8Yt93OGJXFc+D1bETEcfzpLgR5XN0KoSnfOeykhWlHa/ofbdZwSmmYDqAsqbK/9WZ3ZW6BQ==:",
    ],
    [
        "a=\"https://agent.example\"",
        "a=(\"@authority\" \"signature-agent\";key=\"a\" \"date\");created=1799999940;expires=1815768000;keyid=\"NyGea9IluD2DhTF4G3aWROMoViYsX7k211SQFk-Cmiw\";tag=\"web-bot-auth\"",
        "a=:Auvxs+bR00rV702FdnVrg/xs7SIr0rJIwzet3uKAgjs2vF7bX/Q17vBtXMeC4lu8ScPihLMChEE4+0w9FhFWCg==:",
    ],
    [
        "a=\"https://agent.example\"",
        "a=(\"@authority\" \"signature-agent\";key=\"a\");created=1799999940;expires=1815768000;keyid=\"NyGea9IluD2DhTF4G3aWROMoViYsX7k211SQFk-Cmiw\";tag=\"web-bot-auth\"",
        "a=:AggLtcVZT7RutS32gTgr5zgwaNCftRUcuc3XfwmXeM7lXu1fxTIEjbETINfzuHFI6Jy39rEA67B2tzKU37rDDw==:",
    ],
    [
        "a=\"https://agent.example\"",
        "a=(\"@authority\" \"signature-agent\";key=\"a\");created=1799999940;expires=1815768000;keyid=\"NyGea9IluD2DhTF4G3aWROMoViYsX7k211SQFk-Cmiw\";tag=\"other\"",
        "a=:dQo24IL5OJeNr7mlPmxPwMr59H/MamfkCp1nTpca/34UedvSBpXAfT8t2If9DP3KX3v+oQ6BHd11m3V2KAbvCA==:",
    ],
    [
        "a=\"https://agent.example\"",
        "a=(\"@authority\" \"signature-agent\";key=\"a\");created=1799999940;expires=1815768000;keyid=\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\";tag=\"web-bot-auth\"",
        "a=:njFUaVdnnGE9rphSdgUJYqLJ3acZ/mvowUcljfLe8rgdTenTRhwLFaq6zko5ZJxgdECXnWBJh1WQ7fGSk7u0Cw==:",
    ],
    [
        "a=\"https://[::1]\"",
        "a=(\"@authority\" \"signature-agent\";key=\"a\");created=1799999940;expires=1815768000;keyid=\"NyGea9IluD2DhTF4G3aWROMoViYsX7k211SQFk-Cmiw\";tag=\"web-bot-auth\"",
        "a=:BjMAhccb6nIYaoENdujBlYeQtDpk8TcF+G83jmBPzyDKZAjXjdELe+Nun/UbEvhnP29R8RoYuAE5GalHgOE+Cg==:",
    ],
    [
        "a=\"https://directory.example\"",
        "a=(\"@authority\" \"signature-agent\";key=\"a\");created=1799999940;expires=1815768000;keyid=\"NyGea9IluD2DhTF4G3aWROMoViYsX7k211SQFk-Cmiw\";tag=\"web-bot-auth\"",
        "a=:k8H8t61DEW0CuFX/JAGmj+CoV+uwNgQCdIPIGCs4i1wLhmO+Egfs/M3TOZZT/O0Mo6FVfz6M+UDh12gQfyAsDA==:",
    ],
    [
        "a=\"https://agent.example\"",
        "a=(\"@authority\" \"signature-agent\";key=\"a\" \"x-mine\");created=1799999940;expires=1815768000;keyid=\"NyGea9IluD2DhTF4G3aWROMoViYsX7k211SQFk-Cmiw\";tag=\"web-bot-auth\"",
        "a=:AsYv3sPGRuB5hAvnbH0IQ298d2cUU9a0omNODE2La5K30TYA9WdBM/d3yS2RK1kCgmwI4BQydBRzKvFUOPAqDw==:",
    ],
    [
        "a=\"https://agent.example\"",
        "a=(\"@authority\" \"signature-agent\";key=\"a\" \"content-digest\");created=1799999940;expires=1815768000;keyid=\"Bu3fVIopRSw5HlLztNeqE-tLP8IAKZbvRRYaM0A3xSU\";tag=\"web-bot-auth\"",
        "a=:sd/d9XRMiduzS5NOabjzbLMwVnE7wN//4dbYfjmJ8SHpHNEclKW+jhvt1RRq9qj+NuIe7bKkEgtxs3Sq+8ApCA==:",
    ],
];

/// Tokens of agents, one for each outcome: a method or none, the action at stake,
/// the token, the amount. The keys were made for this and are gone.
pub(super) const TOKENS: &[[&str; 4]] = &[
    [
        "GET",
        "",
        "eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCIsImtpZCI6ImsxIn0.eyJpc3MiOiJodHRwczovL2FzLmV4YW1wbGUiLCJzdWIiOiJ1MSIsImF1ZCI6Imh0dHBzOi8vc2hvcC5leGFtcGxlIiwiaWF0IjoxNzk5OTk5OTQwLCJleHAiOjE4MTcyODAwMDAsImp0aSI6InQxIiwic2NvcGUiOiJvcmRlcnM6cmVhZCBvcmRlcnM6d3JpdGUiLCJhY3QiOnsic3ViIjoiYWdlbnQtNyJ9fQ.NrUtO7J7l3oYQffvyPnTh7lvlY1NZJfIcQ-CaZz25b9mxlk5srrL0NKO4O4-wZIpSShEiwlmgFEbFk-_WCGZCg",
        "",
    ],
    [
        "GET",
        "",
        "eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCIsImtpZCI6ImsxIn0.eyJpc3MiOiJodHRwczovL2FzLmV4YW1wbGUiLCJzdWIiOiJ1MSIsImF1ZCI6Imh0dHBzOi8vc2hvcC5leGFtcGxlIiwiaWF0IjoxNzk5OTk5OTQwLCJleHAiOjE4MTcyODAwMDAsImp0aSI6InQxIiwic2NvcGUiOiJvcmRlcnM6cmVhZCBvcmRlcnM6d3JpdGUifQ.YddJ4YDoXSbhVh2wJd4juBRp6i_IckHDuUMQAithq26xZ65FSoFowge4UqyknylYf8dar9bUDubWJyD-CUSNBA",
        "",
    ],
    [
        "GET",
        "\"payment\"",
        "eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCIsImtpZCI6ImsxIn0.eyJpc3MiOiJodHRwczovL2FzLmV4YW1wbGUiLCJzdWIiOiJ1MSIsImF1ZCI6Imh0dHBzOi8vc2hvcC5leGFtcGxlIiwiaWF0IjoxNzk5OTk5OTQwLCJleHAiOjE4MTcyODAwMDAsImp0aSI6InQxIiwic2NvcGUiOiJvcmRlcnM6cmVhZCBvcmRlcnM6d3JpdGUiLCJhY3QiOnsic3ViIjoiYWdlbnQtNyJ9fQ.NrUtO7J7l3oYQffvyPnTh7lvlY1NZJfIcQ-CaZz25b9mxlk5srrL0NKO4O4-wZIpSShEiwlmgFEbFk-_WCGZCg",
        "",
    ],
    ["GET", "", "eyJ.e30.x", ""],
    [
        "GET",
        "",
        "eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCIsImtpZCI6ImsxIn0.eyJpc3MiOiJodHRwczovL2V2aWwuZXhhbXBsZSIsInN1YiI6InUxIiwiYXVkIjoiaHR0cHM6Ly9zaG9wLmV4YW1wbGUiLCJpYXQiOjE3OTk5OTk5NDAsImV4cCI6MTgxNzI4MDAwMCwianRpIjoidDEiLCJzY29wZSI6Im9yZGVyczpyZWFkIG9yZGVyczp3cml0ZSIsImFjdCI6eyJzdWIiOiJhZ2VudC03In19.ejmkw_m-wKLOa_bT3zcJxxwmSaBGQXCqsqlW6OFx1yzhGAfJExDmvfrvygIu6NzGybecDU1doAraUN46i0bIAA",
        "",
    ],
    [
        "GET",
        "",
        "eyJhbGciOiJub25lIiwidHlwIjoiSldUIiwia2lkIjoiazEifQ.eyJpc3MiOiJodHRwczovL2FzLmV4YW1wbGUiLCJzdWIiOiJ1MSIsImF1ZCI6Imh0dHBzOi8vc2hvcC5leGFtcGxlIiwiaWF0IjoxNzk5OTk5OTQwLCJleHAiOjE4MTcyODAwMDAsImp0aSI6InQxIiwic2NvcGUiOiJvcmRlcnM6cmVhZCBvcmRlcnM6d3JpdGUiLCJhY3QiOnsic3ViIjoiYWdlbnQtNyJ9fQ.",
        "",
    ],
    [
        "GET",
        "",
        "eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCIsImtpZCI6ImsxIiwiamt1IjoiaHR0cHM6Ly94In0.eyJpc3MiOiJodHRwczovL2FzLmV4YW1wbGUiLCJzdWIiOiJ1MSIsImF1ZCI6Imh0dHBzOi8vc2hvcC5leGFtcGxlIiwiaWF0IjoxNzk5OTk5OTQwLCJleHAiOjE4MTcyODAwMDAsImp0aSI6InQxIiwic2NvcGUiOiJvcmRlcnM6cmVhZCBvcmRlcnM6d3JpdGUiLCJhY3QiOnsic3ViIjoiYWdlbnQtNyJ9fQ.u3r10CTr8jGfh0Si8k_DlhKtmjMFTSIB-MKoruYZx3ieULVqJwAQKFfHRo3VTdc_H1y6jrF6lpH0b6-dPjHVAg",
        "",
    ],
    [
        "GET",
        "",
        "eyJhbGciOiJFZERTQSIsInR5cCI6ImxvZ291dCtqd3QiLCJraWQiOiJrMSJ9.eyJpc3MiOiJodHRwczovL2FzLmV4YW1wbGUiLCJzdWIiOiJ1MSIsImF1ZCI6Imh0dHBzOi8vc2hvcC5leGFtcGxlIiwiaWF0IjoxNzk5OTk5OTQwLCJleHAiOjE4MTcyODAwMDAsImp0aSI6InQxIiwic2NvcGUiOiJvcmRlcnM6cmVhZCBvcmRlcnM6d3JpdGUiLCJhY3QiOnsic3ViIjoiYWdlbnQtNyJ9fQ.YynyqV584Kk_nEpreBC3xCB8ssnVe2i3r9PwdjSZ_j3haFiisCY3CZq5yFj7ZTb6Lx3N4o53KPPz_TRDLEUhDQ",
        "",
    ],
    [
        "GET",
        "",
        "eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCIsImtpZCI6ImsxIn0.eyJpc3MiOiJodHRwczovL2FzLmV4YW1wbGUiLCJhdWQiOiJodHRwczovL3Nob3AuZXhhbXBsZSIsImlhdCI6MTc5OTk5OTk0MCwiZXhwIjoxODE3MjgwMDAwLCJqdGkiOiJ0MSIsInNjb3BlIjoib3JkZXJzOnJlYWQgb3JkZXJzOndyaXRlIiwiYWN0Ijp7InN1YiI6ImFnZW50LTcifX0.1cwNr3f6qtLjiR25Tc9Z8kPxO4TtIXSNa17bwBTPK48wHHvWG8zOPpo3aEyXFc14nSNLoSnT3LHRv4FtVBIfDQ",
        "",
    ],
    [
        "GET",
        "",
        "eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCIsImtpZCI6ImsxIn0.eyJpc3MiOiJodHRwczovL2FzLmV4YW1wbGUiLCJzdWIiOiJ1MSIsImF1ZCI6Imh0dHBzOi8vc2hvcC5leGFtcGxlIiwiaWF0IjoxNzk5OTkyODAwLCJleHAiOjE3OTk5OTY0MDAsImp0aSI6InQxIiwic2NvcGUiOiJvcmRlcnM6cmVhZCBvcmRlcnM6d3JpdGUiLCJhY3QiOnsic3ViIjoiYWdlbnQtNyJ9fQ.Add-ntIxcPm8UALoRHE_XkwnN4lxromrQIcDl37AsNiKZQ5rdithf3B9MjuRZbimuyKTmi4V-VS2I5uT_yQ9DA",
        "",
    ],
    [
        "GET",
        "",
        "eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCIsImtpZCI6ImsxIn0.eyJpc3MiOiJodHRwczovL2FzLmV4YW1wbGUiLCJzdWIiOiJ1MSIsImF1ZCI6Imh0dHBzOi8vc2hvcC5leGFtcGxlIiwiaWF0IjoxNzk5OTk5OTQwLCJleHAiOjE4MTcyODAwMDAsImp0aSI6InQxIiwic2NvcGUiOiJvcmRlcnM6cmVhZCBvcmRlcnM6d3JpdGUiLCJhY3QiOnsic3ViIjoiYWdlbnQtNyJ9LCJuYmYiOjE4MDg2NDAwMDB9.nn4kBNV8K3tYyQj_fd1Vu_I92ii4jhn_jqbr_ebyc2wvBmJOC2XbwE0N2i5PVwEZO59xF9hv6WI4vvIXrWjOBw",
        "",
    ],
    [
        "GET",
        "",
        "eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCIsImtpZCI6ImsxIn0.eyJpc3MiOiJodHRwczovL2FzLmV4YW1wbGUiLCJzdWIiOiJ1MSIsImF1ZCI6Imh0dHBzOi8vc2hvcC5leGFtcGxlIiwiaWF0IjoxODA4NjQwMDAwLCJleHAiOjE4MTcyODAwMDAsImp0aSI6InQxIiwic2NvcGUiOiJvcmRlcnM6cmVhZCBvcmRlcnM6d3JpdGUiLCJhY3QiOnsic3ViIjoiYWdlbnQtNyJ9fQ.L0sCkSnMICHc-EzPoVHrvkQDOYKpb2RrhfeuqWE85NvPTTcdY1gRrHZw3o2k98d4jGxh0WSF91Sw-7g6TdXXBw",
        "",
    ],
    [
        "GET",
        "",
        "eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCIsImtpZCI6ImsxIn0.eyJpc3MiOiJodHRwczovL2FzLmV4YW1wbGUiLCJzdWIiOiJ1MSIsImF1ZCI6Imh0dHBzOi8vc2hvcC5leGFtcGxlIiwiaWF0IjoxNzk5OTk5OTQwLCJleHAiOjE4OTQ2MDgwMDAsImp0aSI6InQxIiwic2NvcGUiOiJvcmRlcnM6cmVhZCBvcmRlcnM6d3JpdGUiLCJhY3QiOnsic3ViIjoiYWdlbnQtNyJ9fQ.v__AnjmDBcTSlJV2rVs-UsRSRGXP10fqdaGWfOG3K4Bg0XbtKFc5HIgeKcRBMFySjSfvms7tLr5FxBsIqP8bAw",
        "",
    ],
    [
        "GET",
        "",
        "eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCIsImtpZCI6ImsxIn0.eyJpc3MiOiJodHRwczovL2FzLmV4YW1wbGUiLCJzdWIiOiJ1MSIsImF1ZCI6Imh0dHBzOi8vYmFuay5leGFtcGxlIiwiaWF0IjoxNzk5OTk5OTQwLCJleHAiOjE4MTcyODAwMDAsImp0aSI6InQxIiwic2NvcGUiOiJvcmRlcnM6cmVhZCBvcmRlcnM6d3JpdGUiLCJhY3QiOnsic3ViIjoiYWdlbnQtNyJ9fQ.RXj_O7Mrmo-JKgjUMVAoHmcqjbqWk10AWxBdUbXwm8_iuLADZLuUp1Tid9i6nLD3PMK-etPOmYm58pv4-NA_CQ",
        "",
    ],
    [
        "GET",
        "",
        "eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCIsImtpZCI6ImsyIn0.eyJpc3MiOiJodHRwczovL2FzLmV4YW1wbGUiLCJzdWIiOiJ1MSIsImF1ZCI6Imh0dHBzOi8vc2hvcC5leGFtcGxlIiwiaWF0IjoxNzk5OTk5OTQwLCJleHAiOjE4MTcyODAwMDAsImp0aSI6InQxIiwic2NvcGUiOiJvcmRlcnM6cmVhZCBvcmRlcnM6d3JpdGUiLCJhY3QiOnsic3ViIjoiYWdlbnQtNyJ9fQ.IDchC7q7bBv6XD_wJSCqvoK6FUqH72DVw559Bn9mhLlLn38DMgtiVOZBgUxVSjvsF_yj_HMIlJNo3ep7Jo0fCQ",
        "",
    ],
    [
        "GET",
        "",
        "eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCIsImtpZCI6ImsxIn0.eyJpc3MiOiJodHRwczovL2tleXMuZXhhbXBsZSIsInN1YiI6InUxIiwiYXVkIjoiaHR0cHM6Ly9zaG9wLmV4YW1wbGUiLCJpYXQiOjE3OTk5OTk5NDAsImV4cCI6MTgxNzI4MDAwMCwianRpIjoidDEiLCJzY29wZSI6Im9yZGVyczpyZWFkIG9yZGVyczp3cml0ZSIsImFjdCI6eyJzdWIiOiJhZ2VudC03In19.MWJ1QW-UiLOmrCrze4upWPAxycdkrCErDBv4nRP0fSj7LT2FCPAanNV29qTKFynG1jvDZNT_2q8LNX2w_SToBA",
        "",
    ],
    [
        "GET",
        "",
        "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCIsImtpZCI6ImsxIn0.eyJpc3MiOiJodHRwczovL3JzYS5leGFtcGxlIiwic3ViIjoidTEiLCJhdWQiOiJodHRwczovL3Nob3AuZXhhbXBsZSIsImlhdCI6MTc5OTk5OTk0MCwiZXhwIjoxODE3MjgwMDAwLCJqdGkiOiJ0MSIsInNjb3BlIjoib3JkZXJzOnJlYWQgb3JkZXJzOndyaXRlIiwiYWN0Ijp7InN1YiI6ImFnZW50LTcifX0.s8WoctLsEmxkohR0UL9Knt9SzppNGCbELO_bUIiet64inFersOgMLiD4Eyw_r7LyBldo61i6a3xLhGvwGVjOpDpCc5-J48--2AdEvEL_MYEAk5JjjiorwDRy4dR0fFzfNRl5IpoQPHi4rX1RSZedgn3AzPN6orAIkOWkVMvCBMrQ9WkqHI31lB_OYGiimTX-5Xn1ylN4opNLJaDHqAdQ5bzM-99aH_df-DuN1zsnBLHXKdW7YX2ChWb0NVp0p9wzaCaoV-k7soeiPkDW-b8HXdBud6dsXq_qAQX2R_g23D13ojIiVgoYtXjt1rJINgmyql6THr4QPTUNfwXfyjoIpw",
        "",
    ],
    [
        "GET",
        "",
        "eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCIsImtpZCI6ImsxIn0.eyJpc3MiOiJodHRwczovL2FzLmV4YW1wbGUiLCJzdWIiOiJ1MSIsImF1ZCI6Imh0dHBzOi8vc2hvcC5leGFtcGxlIiwiaWF0IjoxNzk5OTk5OTQwLCJleHAiOjE4MTcyODAwMDAsImp0aSI6InQxIiwic2NvcGUiOiJvcmRlcnM6cmVhZCBvcmRlcnM6d3JpdGUiLCJhY3QiOnsic3ViIjoiYWdlbnQtNyJ9fQ.NrUtOrJ7l3oYQffvyPnTh7lvlY1NZJfIcQ-CaZz25b9mxlk5srrL0NKO4O4-wZIpSShEiwlmgFEbFk-_WCGZCg",
        "",
    ],
    [
        "POST",
        "",
        "eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCIsImtpZCI6ImsxIn0.eyJpc3MiOiJodHRwczovL2FzLmV4YW1wbGUiLCJzdWIiOiJ1MSIsImF1ZCI6Imh0dHBzOi8vc2hvcC5leGFtcGxlIiwiaWF0IjoxNzk5OTk5OTQwLCJleHAiOjE4MTcyODAwMDAsImp0aSI6InQxIiwic2NvcGUiOiJvcmRlcnM6cmVhZCIsImFjdCI6eyJzdWIiOiJhZ2VudC03In19.RypQnIHiL_61TgLMvpD4ieyK2LrdDblqOxnRTYxaUeNxphtNFCdmEPq0je-vAbF2lhZF3B4y2oFYxEsvd7csDg",
        "",
    ],
    [
        "GET",
        "",
        "eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCIsImtpZCI6ImsxIn0.eyJpc3MiOiJodHRwczovL2FzLmV4YW1wbGUiLCJzdWIiOiJ1MSIsImF1ZCI6Imh0dHBzOi8vc2hvcC5leGFtcGxlIiwiaWF0IjoxNzk5OTk5OTQwLCJleHAiOjE4MTcyODAwMDAsImp0aSI6InQxIiwic2NvcGUiOiJvcmRlcnM6cmVhZCBvcmRlcnM6d3JpdGUiLCJhY3QiOnsic3ViIjoiYWdlbnQtNyJ9LCJjb25zdHJhaW50cyI6eyJyb3V0ZXMiOlsiL25vd2hlcmUiXX19.Y_hpZrB_4L9KpbjoFsfctR1J_CbcyWBp3HOBIG23irT3uDBhtHOh0DxTQ6ui8ew6ZG-ieGoHNZqfGAx0FKQoBg",
        "",
    ],
    [
        "GET",
        "",
        "eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCIsImtpZCI6ImsxIn0.eyJpc3MiOiJodHRwczovL2FzLmV4YW1wbGUiLCJzdWIiOiJ1MSIsImF1ZCI6Imh0dHBzOi8vc2hvcC5leGFtcGxlIiwiaWF0IjoxNzk5OTk5OTQwLCJleHAiOjE4MTcyODAwMDAsImp0aSI6InQxIiwic2NvcGUiOiJvcmRlcnM6cmVhZCBvcmRlcnM6d3JpdGUiLCJhY3QiOnsic3ViIjoiYWdlbnQtNyJ9LCJjb25zdHJhaW50cyI6eyJtYXhBbW91bnQiOjV9fQ.fQadNWHA27ABvXZIfZUXn8bYJmV0IE4tqb7KNn58ckXWQ5Kv2NkypGzGL64j9CIxxPICEGPtFz7FCt3S3zSmAA",
        "7",
    ],
    [
        "GET",
        "",
        "eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCIsImtpZCI6ImsxIn0.eyJpc3MiOiJodHRwczovL2FzLmV4YW1wbGUiLCJzdWIiOiJ1MSIsImF1ZCI6Imh0dHBzOi8vc2hvcC5leGFtcGxlIiwiaWF0IjoxNzk5OTk5OTQwLCJleHAiOjE4MTcyODAwMDAsImp0aSI6InQxIiwic2NvcGUiOiJvcmRlcnM6cmVhZCBvcmRlcnM6d3JpdGUiLCJhY3QiOnsic3ViIjoiYWdlbnQtNyJ9LCJjb25zdHJhaW50cyI6eyJtYXhBbW91bnQiOjV9fQ.fQadNWHA27ABvXZIfZUXn8bYJmV0IE4tqb7KNn58ckXWQ5Kv2NkypGzGL64j9CIxxPICEGPtFz7FCt3S3zSmAA",
        "\"7\"",
    ],
    [
        "GET",
        "",
        "eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCIsImtpZCI6ImsxIn0.eyJpc3MiOiJodHRwczovL2FzLmV4YW1wbGUiLCJzdWIiOiJ1OSIsImF1ZCI6Imh0dHBzOi8vc2hvcC5leGFtcGxlIiwiaWF0IjoxNzk5OTk5OTQwLCJleHAiOjE4MTcyODAwMDAsImp0aSI6ImMiLCJzY29wZSI6Im9yZGVyczpyZWFkIG9yZGVyczp3cml0ZSIsImFjdCI6eyJzdWIiOiJhZ2VudC03In0sImNvbnN0cmFpbnRzIjp7ImNvdW50IjoyfX0.vbvcmWlHCK0AjlAhAd38oTLxpBq_EIh5BpF7mZHG-ICh2KO2tf_ZuvtSqv-EfIpbekp7by4nzrus7JX2Fb5JDQ",
        "",
    ],
    [
        "GET",
        "",
        "eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCIsImtpZCI6ImsxIn0.eyJpc3MiOiJodHRwczovL2FzLmV4YW1wbGUiLCJzdWIiOiJ1OCIsImF1ZCI6Imh0dHBzOi8vc2hvcC5leGFtcGxlIiwiaWF0IjoxNzk5OTk5OTQwLCJleHAiOjE4MTcyODAwMDAsImp0aSI6ImIiLCJzY29wZSI6Im9yZGVyczpyZWFkIG9yZGVyczp3cml0ZSIsImFjdCI6eyJzdWIiOiJhZ2VudC03In19.UwyhYJCiZVJITwZHC626TUpflNoeFrm1MccP5RIUBVpYBZHbTUbhdtmsH6oafw1ZgCpIjwQJ_GQip32w66ZuAg",
        "",
    ],
];
