// Marking answers by keyboard: j and k go from answer to answer, 1, 2 and 3 choose a mark, Enter in the form saves it.
const answers = Array.from(document.querySelectorAll('.answer'));
const MARKS = { 1: 'right', 2: 'wrong', 3: 'incomplete' };

const inside = () => answers.indexOf(document.activeElement && document.activeElement.closest('.answer'));

function go(to) {
  const answer = answers[Math.max(0, Math.min(answers.length - 1, to))];
  if (!answer) return;
  answer.focus({ preventScroll: true });
  answer.scrollIntoView({ block: 'nearest' });
}

function mark(answer, value) {
  const radio = answer.querySelector('input[name=mark][value=' + value + ']');
  radio.checked = true;
  radio.focus();
  unfold(answer);
}

// What was really asked is wanted only where the answer was not right.
function unfold(answer) {
  const chosen = answer.querySelector('input[name=mark]:checked');
  if (chosen && chosen.value !== 'right') answer.querySelector('.mark details').open = true;
}

const writes = (e) => e && (e.matches('textarea, select') || (e.matches('input') && !e.matches('[type=radio]')));

document.addEventListener('keydown', (ev) => {
  if (ev.isComposing || ev.keyCode === 229 || ev.ctrlKey || ev.metaKey || ev.altKey || writes(ev.target)) return;
  const here = inside();
  if (ev.key === 'j') go(here + 1);
  else if (ev.key === 'k') go(here < 0 ? 0 : here - 1);
  else if (MARKS[ev.key] && here >= 0) mark(answers[here], MARKS[ev.key]);
  else return;
  ev.preventDefault();
});

answers.forEach((answer) => answer.addEventListener('change', (ev) => ev.target.name === 'mark' && unfold(answer)));

// After saving: on to the next answer that has no mark yet. Later than the browser itself, which goes to the one that was saved.
function goOn() {
  const failed = answers.findIndex((a) => a.querySelector('[role=alert]'));
  const saved = answers.findIndex((a) => a.id === location.hash.slice(1));
  const next = answers.findIndex((a, n) => n > saved && !a.classList.contains('done'));
  if (failed >= 0) go(failed);
  else if (saved >= 0 && next >= 0) go(next);
}
if (document.readyState === 'complete') goOn();
else window.addEventListener('load', () => setTimeout(goOn));
