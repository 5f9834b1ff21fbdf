#!/usr/bin/env node
/** The `doorward` command. */

import { main } from "./cli.js";

process.exitCode = await main(process.argv.slice(2));
