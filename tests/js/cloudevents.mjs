// Reads HTTP messages (JSON: a list of {headers, body}) from stdin as the JavaScript SDK of CloudEvents does; writes the events it finds.
import { readFileSync } from 'node:fs'
import { HTTP } from 'cloudevents'

const messages = JSON.parse(readFileSync(0, 'utf8'))
const events = messages.map((message) => {
  const event = HTTP.toEvent(message)
  event.validate()
  return event.toJSON()
})
process.stdout.write(JSON.stringify(events))
