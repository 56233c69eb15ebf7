// Says a minute before the session ends by itself, and leaves the page when it has ended: what residents wrote does not stay on the screen.
const seconds = Number(document.body.dataset.idle);
const bar = document.getElementById('idle');
const warnFor = Math.min(60, seconds / 2);
let last = Date.now();

function used() {
  last = Date.now();
  bar.hidden = true;
}

async function stay() {
  const answer = await fetch('/desk/alive', { headers: { Accept: 'application/json' } }).catch(() => null);
  if (answer && answer.ok) used();
}

// A session that another page has kept alive leads back from the login to here.
function leave() {
  location.href = '/desk/login?said=over&next=' + encodeURIComponent(location.pathname + location.search);
}

bar.querySelector('button').addEventListener('click', stay);
document.addEventListener('console:used', used);  // for pages that ask the server by themselves when somebody does something
setInterval(() => {
  const left = seconds - (Date.now() - last) / 1000;
  if (left < -2) leave();
  else if (left < warnFor) bar.hidden = false;
}, 1000);
