import { makeApp } from './app.mjs'

await makeApp().installations().catch((error) => console.log(error.code))
