'use strict';

const find = selector => document.querySelector(selector);
const editor = find('#editor');
let token; // against forgery: a page of another site cannot read it
let edited = null; // the note in the editor; null for a new one

async function api(path, method = 'GET', body, headers = {}) {
  const response = await fetch(`/api/${path}`, {
    method,
    headers: { 'X-Token': token ?? '', ...(body && { 'Content-Type': 'application/json' }), ...headers },
    body: body && JSON.stringify(body),
  });
  if (!response.ok) throw new Error((await response.json().catch(() => null))?.detail ?? response.statusText);
  return response.status === 204 ? null : response.json();
}

// XMLHttpRequest, since fetch tells nothing of how far an upload has come.
function upload(id, files) {
  const form = new FormData();
  for (const file of files) form.append('files', file);
  const progress = find('progress');
  progress.hidden = false;
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', `/api/notes/${id}/files`);
    request.setRequestHeader('X-Token', token);
    request.upload.onprogress = event => { progress.value = event.loaded / event.total; };
    request.onload = () => request.status === 200 ? resolve() : reject(new Error(request.statusText));
    request.onerror = () => reject(new Error('The upload broke off.'));
    request.send(form);
  }).finally(() => { progress.hidden = true; });
}

function element(name, text, properties = {}) {
  return Object.assign(document.createElement(name), { textContent: text, ...properties });
}

function show(note) {
  const item = element('li', '');
  item.append(element('strong', note.title), element('p', note.text));
  for (const file of note.files) {
    item.append(element('a', `${file.name} (${file.length} bytes)`, { href: `/api/notes/${note.id}/files/${file.id}` }), ' ');
  }
  item.append(
    element('button', 'Edit', { onclick: () => edit(note) }), ' ',
    element('button', 'Delete', { onclick: () => attempt(() => api(`notes/${note.id}`, 'DELETE')) }));
  return item;
}

function edit(note) {
  edited = note;
  editor.title.value = note?.title ?? '';
  editor.text.value = note?.text ?? '';
  editor.files.value = '';
}

async function refresh() {
  const notes = await api(`notes?q=${encodeURIComponent(find('#search').value)}`);
  find('#notes').replaceChildren(...notes.map(show));
}

async function attempt(action) {
  editor.querySelector('output').textContent = '';
  try {
    await action();
  } catch (error) {
    editor.querySelector('output').textContent = error.message;
  }
}

editor.onsubmit = event => {
  event.preventDefault();
  return attempt(async () => {
    const draft = { title: editor.title.value, text: editor.text.value };
    const note = edited
      ? await api(`notes/${edited.id}`, 'PUT', draft, { 'If-Match': `"${edited.version}"` }) // 412 if somebody was faster
      : await api('notes', 'POST', draft);
    if (editor.files.files.length > 0) await upload(note.id, editor.files.files);
    edit(null);
  });
};
editor.onreset = () => { edited = null; };
find('#search').oninput = () => attempt(refresh);
find('#sign-out').onclick = () => attempt(async () => {
  await api('sign-out', 'POST');
  location.reload();
});

(async () => {
  token = await (await fetch('/token')).text();
  if (!token) {
    find('#sign-in').hidden = false;
    find('.wrong').hidden = location.search !== '?wrong';
    return;
  }
  find('main').hidden = false;
  await refresh();
  const events = new EventSource('/api/events');
  for (const what of ['added', 'changed', 'removed']) events.addEventListener(what, () => attempt(refresh));
  events.onopen = () => { document.body.dataset.live = 'yes'; };
})();
