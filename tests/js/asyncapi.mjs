// Checks the AsyncAPI file named as argument with AsyncAPI's own parser; writes what it finds, and the types of the messages.
import { readFileSync } from 'node:fs'
import { Parser } from '@asyncapi/parser'

const { document, diagnostics } = await new Parser().parse(readFileSync(process.argv[2], 'utf8'))
const wrong = diagnostics.filter((one) => one.severity <= 1).map((one) => `${one.path.join('.')}: ${one.message}`)
const types = document ? document.messages().all().map((message) => message.name()) : []
process.stdout.write(JSON.stringify({ wrong, types, version: document?.version() }))
