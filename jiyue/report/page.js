(function () {
  "use strict";
  var body = document.body;
  document.getElementById("lang").addEventListener("click", function () {
    var next = body.className === "zh" ? "en" : "zh";
    body.className = next;
    document.documentElement.lang = next === "zh" ? "zh-CN" : "en";
  });
  document.querySelectorAll(".map a").forEach(function (link) {
    link.addEventListener("click", function () {
      var card = document.getElementById(link.getAttribute("href").slice(1));
      if (card) { card.open = true; }
    });
  });
  if (location.hash.length > 1) {
    var card = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (card && card.tagName === "DETAILS") { card.open = true; }
  }
})();
