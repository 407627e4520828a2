// Sections out of sight are skipped (book.css), at heights that a browser guesses until it has shown them. Where it has
// time it is told their heights, the last and innermost first, so that nothing jumps.
addEventListener("load", async () => {
  const sections = [...document.querySelectorAll(".bd-article section section:not(:has(live-figure))")];
  if (!sections.length) return;
  await document.fonts.ready; // they change heights
  const whenIdle = window.requestIdleCallback ?? ((measure) => setTimeout(measure, 50, { timeRemaining: () => 10 }));
  let [width, unknown] = [null, []];

  function measure(deadline) {
    while (unknown.length && deadline.timeRemaining() > 4) {
      const section = unknown.pop();
      section.style.contentVisibility = "visible";
      const { height } = section.getBoundingClientRect();
      section.style.contentVisibility = "";
      section.style.containIntrinsicHeight = `auto ${height}px`;
    }
    if (unknown.length) whenIdle(measure);
  }

  new ResizeObserver(([{ contentRect }]) => {
    if (contentRect.width === width) return;
    width = contentRect.width;
    for (const { style } of sections) style.containIntrinsicHeight = style.containIntrinsicHeight.replace("auto ", "");
    if (!unknown.length) whenIdle(measure);
    unknown = [...sections];
  }).observe(sections[0].parentElement);
});
