import { makeApp } from './app.mjs'

await makeApp().installations().toArray().catch((error) => console.log(error.kind))
