// Keeps the queue as it is now, and tells of new cases.
const LOOK_EVERY = 3000;
const notify = document.getElementById('notify');
const offline = document.getElementById('offline');
const title = document.title;
let etag = '';

function tickets() {
  return Array.from(document.querySelectorAll('#queue .case'), (e) => e.dataset.ticket);
}

function tell(fresh) {
  const n = document.querySelectorAll('#queue .case form').length;
  document.title = n ? '(' + n + ') ' + title : title;
  if (!fresh.length || !('Notification' in window) || Notification.permission !== 'granted' || !document.hidden) return;
  fresh.forEach((t) => new Notification(notify.dataset.new.replace('%', t), { tag: t }));
}

async function look() {
  try {
    const r = await fetch('/desk/queue/list' + location.search, { headers: { Accept: 'text/plain', ...(etag && { 'If-None-Match': etag }) }, cache: 'no-store' });
    if (r.status === 401 || r.redirected) return location.reload();
    offline.hidden = r.ok || r.status === 304;
    if (r.status === 200) {
      etag = r.headers.get('ETag') || '';
      const before = tickets();
      const focus = document.activeElement;
      const kept = focus && focus.closest('.case') && [focus.closest('.case').dataset.ticket, focus.localName];
      const made = new DOMParser().parseFromString(await r.text(), 'text/html').getElementById('queue');
      document.getElementById('queue').replaceWith(made);
      if (kept) {
        const again = document.querySelector('[data-ticket="' + kept[0] + '"] ' + kept[1]);
        if (again) again.focus();
      }
      tell(tickets().filter((t) => before.indexOf(t) < 0));
    }
  } catch (_) {
    offline.hidden = false;
  }
  setTimeout(look, LOOK_EVERY);
}

if ('Notification' in window && Notification.permission === 'default') {
  notify.hidden = false;
  notify.addEventListener('click', async () => {
    const said = await Notification.requestPermission();
    if (said === 'granted') notify.hidden = true;
    else notify.textContent = notify.dataset.off;
  });
}
tell([]);
setTimeout(look, LOOK_EVERY);
