// Checks a signed message as the sample in docs/messages.md does: argv is the file of the sample, stdin {secret, headers, body}.
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

const { check } = await import(pathToFileURL(process.argv[2]))
const { secret, headers, body, now } = JSON.parse(readFileSync(0, 'utf8'))
process.stdout.write(JSON.stringify({ good: check(secret, headers, body, now), changed: check(secret, headers, body + ' ', now) }))
