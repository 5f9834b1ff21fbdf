//! Signed agents: what they send, and where the keys are.

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
];
