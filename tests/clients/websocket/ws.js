// The npm package ws, found by NODE_PATH.
const WebSocket = require('ws')
const url = process.argv[2]
const fail = text => { console.error(`ws: ${text}`); process.exit(1) }
setTimeout(() => fail('too late'), 60000).unref()

function talk (name, start, check, options, path = '') {
  return new Promise(resolve => {
    const socket = new WebSocket(url + path, 'echo', options)
    const seen = []
    socket.on('open', () => start(socket))
    socket.on('message', (data, isBinary) => { seen.push(isBinary ? data : data.toString()); if (check(seen, socket)) socket.close(4711, 'done') })
    socket.on('close', code => { if (code !== 4711) fail(`${name}: closed with ${code}`); console.log(`ws: ${name}`); resolve() })
    socket.on('error', error => fail(`${name}: ${error.message}`))
  })
}

async function main () {
  await talk('a text', s => s.send('h\u00e9llo \u{1F600}'), seen => seen[0] === 'h\u00e9llo \u{1F600}')
  await talk('fragments', s => { s.send('a', { fin: false }); s.send('', { fin: false }); s.send('b', { fin: true }) }, seen => seen[0] === 'ab')
  const large = Buffer.alloc(16 * 1024 * 1024, 7)
  await talk('16 MiB', s => s.send(large), seen => large.equals(seen[0]))
  await talk('16 MiB in fragments of 64 KiB', s => {
    for (let at = 0; at < large.length; at += 65536) s.send(large.subarray(at, at + 65536), { fin: at + 65536 >= large.length })
  }, seen => large.equals(seen[0]))
  await talk('a thousand messages', s => { for (let n = 0; n < 1000; n++) s.send(String(n)) }, seen => seen.length === 1000 && seen[999] === '999')
  await talk('an offer of permessage-deflate, which is not taken', s => { if (s.extensions !== '') fail('extensions'); s.send('x') }, seen => seen[0] === 'x', { perMessageDeflate: true })
  for (const offer of [true, { clientMaxWindowBits: 9, serverMaxWindowBits: 10 }, { serverNoContextTakeover: true, clientNoContextTakeover: true }]) {
    const texts = Array.from({ length: 200 }, (_, n) => `${n} `.repeat(n * 10))
    await talk(`permessage-deflate, ${JSON.stringify(offer)}`, s => {
      if (!s.extensions.startsWith('permessage-deflate')) fail(`extensions: ${s.extensions}`)
      for (const text of texts) s.send(text)
      s.send(large)
    }, seen => seen.length === 201 && texts.every((text, n) => text === seen[n]) && large.equals(seen[200]), { perMessageDeflate: offer }, 'deflate')
  }
  await new Promise(resolve => {
    const socket = new WebSocket(url)
    socket.on('open', () => socket.send(Buffer.alloc(16 * 1024 * 1024 + 1)))
    socket.on('close', code => { if (code !== 1009) fail(`too large: ${code}`); console.log('ws: 1009'); resolve() })
  })
  await new Promise(resolve => {
    const socket = new WebSocket(url)
    socket.on('open', () => { socket.ping('p'); socket.on('pong', data => { if (String(data) !== 'p') fail('pong'); socket.terminate() }) })
    socket.on('close', () => { console.log('ws: ping, and an end without a close'); resolve() })
  })
}
main()
