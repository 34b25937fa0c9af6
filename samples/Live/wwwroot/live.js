const socket = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/live`)
socket.onopen = () => { document.querySelector('output').textContent = 'connected' }
socket.onclose = event => { document.querySelector('output').textContent = `closed: ${event.code}` }
socket.onmessage = event => {
  const line = document.createElement('li')
  line.textContent = event.data
  document.querySelector('ul').prepend(line)
}
document.querySelector('form').onsubmit = event => {
  event.preventDefault()
  const input = document.querySelector('input')
  socket.send(input.value)
  input.value = ''
}
