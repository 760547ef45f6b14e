(function () {
  "use strict";
  var doc = document, root = doc.documentElement, body = doc.body;
  var data = JSON.parse(doc.getElementById("island").textContent);
  function all(query, within) { return Array.prototype.slice.call((within || doc).querySelectorAll(query)); }
  function by(id) { return doc.getElementById(id); }

  // Language: both are in the page, the body's class says which one is shown; attributes cannot hold both.
  function speak(language) {
    body.className = language;
    root.lang = language === "zh" ? "zh-CN" : "en";
    all("[data-" + language + "]").forEach(function (one) { one.textContent = one.getAttribute("data-" + language); });
    all("[data-" + language + "-label]").forEach(function (one) { one.setAttribute("aria-label", one.getAttribute("data-" + language + "-label")); });
    all("[data-" + language + "-hint]").forEach(function (one) { one.placeholder = one.getAttribute("data-" + language + "-hint"); });
    paint(); count();
  }
  var theme = "auto", themes = ["auto", "light", "dark"], shown = 0, total = 0;
  function paint() {
    if (theme === "auto") { root.removeAttribute("data-theme"); } else { root.setAttribute("data-theme", theme); }
    by("theme").textContent = by("theme").getAttribute("data-" + body.className + "-" + theme);
  }

  // Building blocks: whatever comes from data becomes a text node, never markup.
  function make(tag, cls, children) {
    var one = doc.createElement(tag);
    if (cls) { one.className = cls; }
    [].concat(children === undefined ? [] : children).forEach(function (child) {
      if (child !== null && child !== undefined) { one.appendChild(typeof child === "object" ? child : doc.createTextNode(String(child))); }
    });
    return one;
  }
  function both(zh, en) {
    if (en === undefined || zh === en) { return make("span", "", zh); }
    var one = make("span", "zh", zh), two = make("span", "en", en);
    one.lang = "zh-CN"; two.lang = "en";
    return make("span", "", [one, two]);
  }
  function text(ref) { return both.apply(null, data.texts[ref]); }
  function word(table, key) { var pair = table[key]; return pair ? both(pair[0], pair[1]) : make("span", "", key); }
  var WORDS = { p: ["pass", "✓", "通过", "pass"], f: ["fail", "✗", "未通过", "fail"], u: ["unknown", "?", "未检测", "not measured"] };
  var STATES = { f: ["pass", "满分", "full"], p: ["unknown", "部分得分", "part"], l: ["fail", "失分", "lost"], u: ["unknown", "未检测", "not measured"] };
  function verdict(letter) { var w = WORDS[letter]; return make("span", "chip " + w[0], [w[1] + " ", both(w[2], w[3])]); }
  function list(refs, cls) { return refs.length ? make("ul", "reasons " + cls, refs.map(function (ref) { return make("li", "", text(ref)); })) : null; }
  function codes(refs) { return refs.map(function (ref) { return make("code", "", [data.strings[ref], " "]); }); }
  function number(value) { return value === null ? "—" : String(Math.round(value * 1000) / 1000); }
  // Roles are said aloud, because a phone lays these tables out as blocks, which takes a table's own meaning away.
  function part(tag, role, cls, children) { var one = make(tag, cls, children); one.setAttribute("role", role); return one; }
  function table(heads, rows) {
    return make("div", "scroll", part("table", "table", "detail", [
      part("thead", "rowgroup", "", part("tr", "row", "", heads.map(function (pair) { var th = part("th", "columnheader", pair[2] || "", both(pair[0], pair[1])); th.scope = "col"; return th; }))),
      part("tbody", "rowgroup", "", rows.map(function (cells) { return part("tr", "row", "", cells.map(function (cell, n) {
        var one = part(n ? "td" : "th", n ? "cell" : "rowheader", heads[n][2] || "", cell); if (!n) { one.scope = "row"; } return one; })); }))
    ]));
  }

  function cause(one) {
    var edits = one[9].map(function (edit) {
      return make("li", "", [make("code", "", data.strings[edit[0]] + ":" + edit[1]), " ", make("code", "", data.strings[edit[2]]), " → ", make("code", "", data.strings[edit[3]] || "—")]);
    });
    var targets = one[8].filter(function (ref) { return data.strings[ref]; });
    var pre = one[7].length ? make("pre", "", one[7].map(function (ref) { return data.strings[ref]; }).join("\n")) : null;
    if (pre) { pre.tabIndex = 0; }
    return make("div", "cause", [
      make("p", "", [make("b", "", word(data.layers, data.strings[one[1]])), " · ", text(data.checks[one[0]]), " · ", both("责任方", "owner"), " ",
        make("b", "", word(data.owners, data.strings[one[2]])), " · ", both("可挽回", "regains"), " " + number(one[5]) + " ", both("分", "points")]),
      list(one[3], "fail"),
      one[4].length ? make("p", "sub", [both("由此也未通过：", "also red because of it: "), make("span", "chips", one[4].map(function (ref) { return make("span", "chip unknown", text(data.checks[ref])); }))]) : null,
      make("p", "", [both("整改：", "cure: "), text(one[6]), " "].concat(codes(targets))), pre, edits.length ? make("ul", "plain", edits) : null]);
  }
  function detail(name) {
    var site = data.sites[name], parts = [];
    if (site[3].length) {
      parts.push(make("h4", "", both("原因与整改", "Causes and the change that makes it green")));
      site[3].forEach(function (one) { parts.push(cause(one)); });
    }
    parts.push(make("h4", "", both("检查", "Checks")));
    parts.push(table([["检查", "check"], ["结论", "verdict"], ["层次", "layer", "opt"], ["责任方", "owner"], ["原因 / 所见", "reason / seen"], ["证据", "evidence", "opt"]],
      site[0].map(function (r) {
        var standing = data.standings[data.strings[r[4]]];
        return [text(data.checks[r[0]]), [verdict(r[1]), standing ? make("span", "sub", both(standing[0], standing[1])) : null], word(data.layers, data.strings[r[2]]), word(data.owners, data.strings[r[3]]),
          [list(r[5], WORDS[r[1]][0])].concat(r[6].map(function (ref) { return make("span", "sub", text(ref)); })), codes(r[7])];
      })));
    if (site[1].length) {
      parts.push(make("h4", "", both("评分", "Scores")));
      parts.push(table([["指标体系", "set"], ["得分", "score", "num"], ["已检测", "measured", "num"], ["合格线", "pass mark", "num"], ["整改后", "once cured", "num"]],
        site[1].map(function (s) { var about = data.sets[s[0]]; return [text(about[0]), number(s[1]), number(s[2]) + "%", number(about[1]), number(s[3])]; })));
      parts.push(make("h4", "", both("指标", "Indicators")));
      parts.push(table([["指标", "indicator"], ["状态", "state"], ["得分 / 满分", "points", "num"], ["实测值", "value", "num"], ["限值", "limit", "num opt"], ["依据的检查", "because of", "opt"]],
        site[2].map(function (i) {
          var about = data.indicators[i[0]], state = STATES[i[1]];
          return [text(about[0]), make("span", "chip " + state[0], both(state[1], state[2])), number(i[2]) + " / " + number(about[1]),
            number(i[3]) + (i[3] === null ? "" : " " + about[3]), number(about[2]), make("span", "chips", i[4].map(function (ref) { return make("span", "chip unknown", text(data.checks[ref])); }))];
        })));
    }
    return parts;
  }
  // As many columns as are shown: a phone shows fewer, and a wider span would leave room for the others.
  function span(row, cell) {
    cell.colSpan = Math.max(1, Array.prototype.filter.call(row.cells, function (one) { return getComputedStyle(one).display !== "none"; }).length);
  }
  window.addEventListener("resize", function () {
    all("tr.more-row").forEach(function (more) { span(more.previousElementSibling, more.cells[0]); });
  });
  function toggle(button, open) {
    var row = button.closest("tr"), name = row.getAttribute("data-s"), id = "d-" + name, old = by(id);
    if (open === undefined) { open = !old; }
    if (open && !old) {
      var cell = make("td", "", detail(name)), more = make("tr", "more-row", cell);
      more.id = id; span(row, cell);
      row.parentNode.insertBefore(more, row.nextSibling);
      button.setAttribute("aria-controls", id);
    } else if (!open && old) { old.parentNode.removeChild(old); button.removeAttribute("aria-controls"); }
    button.setAttribute("aria-expanded", String(open));
  }
  doc.addEventListener("click", function (event) {
    var button = event.target.closest ? event.target.closest("button.open") : null;
    if (button) { toggle(button); }
  });

  // Search and filters: every site is a row of its city's table.
  var rows = all("tr[data-s]"), cities = all("details.city"), cache = [], names = ["word", "layer", "owner", "platform"];
  function value(name) { return by("f-" + name).value; }
  function has(row, attribute, wanted) { return !wanted || (" " + row.getAttribute(attribute) + " ").indexOf(" " + wanted + " ") >= 0; }
  function filter() {
    var q = by("q").value.trim().toLowerCase(), found = {}, active = !!q || names.some(value);
    shown = 0;
    rows.forEach(function (row, n) {
      if (q && cache[n] === undefined) { cache[n] = row.textContent.toLowerCase(); }
      var city = row.closest("details.city").id;
      var fits = (!q || cache[n].indexOf(q) >= 0) && has(row, "data-w", value("word")) && has(row, "data-l", value("layer")) && has(row, "data-o", value("owner")) && (!value("platform") || city === value("platform"));
      row.hidden = !fits;
      var more = by("d-" + row.getAttribute("data-s"));
      if (more) { more.hidden = !fits; }
      if (fits) { shown += 1; found[city] = true; }
    });
    cities.forEach(function (city) { city.hidden = active && !found[city.id]; if (active) { city.open = !!found[city.id]; } });
    if (!active && was) { cities.forEach(function (city) { city.open = false; }); }
    was = active;
    count();
  }
  var was = false;
  function count() { by("count").textContent = body.className === "zh" ? "显示 " + shown + " / " + total + " 个网站" : shown + " of " + total + " sites shown"; }
  total = shown = rows.length;

  function go() {
    var id;
    try { id = decodeURIComponent(location.hash.slice(1)); } catch (error) { return; }
    var target = id && (by(id) || by("s-" + id));
    if (!target) { return; }
    var city = target.closest("details.city");
    if (city) { city.open = true; }
    var button = target.querySelector && target.tagName === "TR" ? target.querySelector("button.open") : null;
    if (button) { toggle(button, true); button.focus(); }
    if (city || button) { target.scrollIntoView(); }
  }
  by("lang").addEventListener("click", function () { speak(body.className === "zh" ? "en" : "zh"); });
  by("theme").addEventListener("click", function () { theme = themes[(themes.indexOf(theme) + 1) % 3]; paint(); });
  by("filter").addEventListener("submit", function (event) { event.preventDefault(); });
  by("filter").addEventListener("reset", function () { setTimeout(filter, 0); });
  var waiting = 0;
  by("q").addEventListener("input", function () { clearTimeout(waiting); waiting = setTimeout(filter, 120); });
  names.forEach(function (name) { by("f-" + name).addEventListener("change", filter); });
  window.addEventListener("hashchange", go);
  // Paper has no buttons: what is closed would be lost. Of a large province only what is not green is opened.
  var opened = [];
  window.addEventListener("beforeprint", function () {
    opened = all("details:not([open])").filter(function (one) { return rows.length <= 1000 || !one.classList.contains("pass-row"); });
    opened.forEach(function (one) { one.open = true; });
  });
  window.addEventListener("afterprint", function () { opened.forEach(function (one) { one.open = false; }); });
  all(".tools, #filter").forEach(function (one) { one.hidden = false; });
  speak(body.className);
  go();
})();
