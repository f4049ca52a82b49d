"use strict";
// Under the pointer: a line in both plots of a panel, and the figures of the nearest sample in
// place of the caption. Without scripts the page loses nothing else.
for (const panel of document.querySelectorAll("figure.panel")) {
    const series = JSON.parse(panel.dataset.series);
    const seconds = Number(panel.dataset.seconds);
    const caption = panel.querySelector("figcaption");
    const plots = [...panel.querySelectorAll("svg.time")];
    const resting = caption.textContent;
    const [width, left, right, top, below] = JSON.parse(panel.dataset.frame);
    const cursors = plots.map((plot) => {
        const line = document.createElementNS(plot.namespaceURI, "line");
        line.setAttribute("class", "cursor");
        line.setAttribute("y1", top);
        line.setAttribute("y2", plot.viewBox.baseVal.height - below);
        line.style.display = "none";
        plot.append(line);
        return line;
    });
    const show = (event) => {
        const box = event.currentTarget.getBoundingClientRect();
        const x = (event.clientX - box.left) / box.width * width;
        const t = (x - left) / (right - left) * seconds;
        let best = series[0];
        for (const sample of series)
            if (Math.abs(sample[0] - t) < Math.abs(best[0] - t))
                best = sample;
        const at = left + best[0] / seconds * (right - left);
        for (const line of cursors) {
            line.setAttribute("x1", at);
            line.setAttribute("x2", at);
            line.style.display = at <= right ? "" : "none";
        }
        caption.textContent = `At ${best[0].toFixed(2)} s: ${best[1]} free pages, ` +
            `swap-out ${best[2].toFixed(1)} MiB/s, swap-in ${best[3].toFixed(1)} MiB/s`;
    };
    const hide = () => {
        for (const line of cursors)
            line.style.display = "none";
        caption.textContent = resting;
    };
    for (const plot of plots) {
        plot.addEventListener("pointermove", show);
        plot.addEventListener("pointerleave", hide);
    }
}
