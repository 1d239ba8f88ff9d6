import appmint = require('appmint')

const app: appmint.App = new appmint.App({ platform: 'atomgit' })
const waiting: Promise<appmint.Token> = app.jwt()
export = waiting
