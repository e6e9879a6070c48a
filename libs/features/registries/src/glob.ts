/** `*` stands for any number of characters, `/` included, and `?` for one. Time grows with pattern times text, never worse. */
export function matchesGlob(pattern: string, text: string): boolean {
  let [p, t] = [0, 0];
  // Where the last star stood, and how far it reached when it was last tried.
  let [star, reach] = [-1, 0];
  while (t < text.length) {
    const wanted = pattern[p];
    if (wanted === '*') {
      [star, reach] = [p, t];
      p += 1;
    } else if (wanted === '?' || wanted === text[t]) {
      p += 1;
      t += 1;
    } else if (star >= 0) {
      reach += 1;
      [p, t] = [star + 1, reach];
    } else return false;
  }
  return /^\**$/.test(pattern.slice(p));
}
