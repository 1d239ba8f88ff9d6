#!/usr/bin/env node
'use strict'

// Git runs this when `credential.helper` is `appmint`.
require('./program.cjs').run(['git', 'credential', ...process.argv.slice(2)])
