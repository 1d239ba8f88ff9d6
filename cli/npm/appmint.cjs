#!/usr/bin/env node
'use strict'

require('./program.cjs').run(process.argv.slice(2))
