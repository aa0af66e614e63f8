// A cell or a cluster of cells: n accidents, k of them fatal, u of unknown severity.
const LEAST = 10;
const CLASSES = [
  { below: 0.10, fill: '#fde725', ink: '#000', words: 'below 10%' },
  { below: 0.15, fill: '#5ec962', ink: '#000', words: '10% to 15%' },
  { below: 0.20, fill: '#187b77', ink: '#fff', words: '15% to 20%' },
  { below: 0.30, fill: '#3b528b', ink: '#fff', words: '20% to 30%' },
  { below: Infinity, fill: '#440154', ink: '#fff', words: '30% and more' },
];
const FEW = { fill: '#fff', ink: '#000', words: `fewer than ${LEAST} accidents: no share` };

function wilson(k, n) {
  const z = 1.959964, p = k / n, d = 1 + z * z / n;
  const half = z * Math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / d;
  const middle = (p + z * z / (2 * n)) / d;
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}

function classOf(c) {
  const known = c.n - c.u;
  if (known < LEAST) return FEW;
  return CLASSES.find(({ below }) => c.k / known < below);
}

function words(c) {
  const known = c.n - c.u, percent = (x) => `${(100 * x).toFixed(1)}%`;
  let told = `${c.n.toLocaleString('en')} accident${c.n === 1 ? '' : 's'}, ${c.k} fatal`;
  if (c.u) told += `, ${c.u} of unknown severity`;
  if (known < LEAST) return `${told}; too few for a share`;
  const [low, high] = wilson(c.k, known);
  return `${told}: ${percent(c.k / known)} (95% interval ${percent(low)} to ${percent(high)})`;
}

function icon(c, shown) {
  const { fill, ink } = classOf(c);
  const size = Math.round(Math.min(48, 18 + 3 * Math.log2(shown)));
  const digits = shown < 10000 ? shown : `${Math.round(shown / 1000)}k`;
  const style = `background:${fill};color:${ink};width:${size}px;height:${size}px;font-size:${
    Math.max(10, Math.round(size / 3.4))}px`;
  return L.divIcon({
    html: `<div class="cell" style="${style}">${digits}</div>`, className: '', iconSize: [size, size],
  });
}

function cellMarker(row, fatalOnly) {
  const c = { n: row[2], k: row[3], u: row[4] || 0 };
  const shown = fatalOnly ? c.k : c.n;
  const marker = L.marker([row[0], row[1]], { icon: icon(c, shown), title: words(c), counts: c });
  const [lat, lon] = row.slice(0, 2).map((x) => [x - 0.125, x + 0.125]);
  const box = `${lat.join(' to ')}&deg; N, ${lon.join(' to ')}&deg; E`;
  return marker.bindPopup(`<b>${words(c)}</b><br>cell ${box}`);
}

function clusterIcon(cluster, fatalOnly) {
  const c = { n: 0, k: 0, u: 0 };
  for (const marker of cluster.getAllChildMarkers()) {
    for (const key of Object.keys(c)) c[key] += marker.options.counts[key];
  }
  cluster.options.title = words(c);
  return icon(c, fatalOnly ? c.k : c.n);
}

// Enter on a cluster opens it, as a click does.
function openByKey(layer) {
  layer.on('clusterkeypress', (e) => {
    if (e.originalEvent.key === 'Enter') e.layer.zoomToBounds({ padding: [20, 20] });
  });
}

function legend(map, narrow) {
  const control = L.control({ position: 'bottomleft' });
  control.onAdd = () => {
    const box = L.DomUtil.create('div', 'legend');
    const row = ({ fill, words: w }) => `<li><i style="background:${fill}"></i>${w}</li>`;
    box.innerHTML = `<details${narrow ? '' : ' open'}><summary>Fatal share of accidents</summary>
      <ul>${[...CLASSES, FEW].map(row).join('')}</ul>
      Numbers are accidents (of the fatal layer: fatal ones), summed over cells of a quarter of a
      degree. No flight hours: a share of accidents, not the risk of one.</details>`;
    L.DomEvent.disableClickPropagation(box);
    return box;
  };
  control.addTo(map);
}

function dress(map, title, source) {
  const box = map.getContainer();
  box.setAttribute('role', 'region');
  box.setAttribute('aria-label', `${title}. Arrow keys move the map, plus and minus zoom it.`);
  map.attributionControl.setPrefix(false).addAttribution(`${source} &middot; Leaflet`);
  legend(map, box.clientWidth < 1000); // in a frame it would hide the west
  if (source.startsWith('SIMULATED')) L.DomUtil.create('div', 'simulated', box).textContent = 'SIMULATED';
}
