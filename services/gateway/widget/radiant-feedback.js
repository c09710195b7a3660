/* <radiant-feedback>: thumbs, categories, comment, voice recording and signals for one answer. See README.md. */
(() => {
  "use strict";
  if (customElements.get("radiant-feedback")) return;

  const LABEL_KEYS = ("ask up down about ACCURACY RELEVANCE TONE FORMAT SPEED SAFETY CREATIVITY COMPLETENESS OTHER " +
    "comment send record stop cancel recording thanks later refused mic waiting withdrawn").split(" ");
  const LABELS = {
    en: `Was this answer helpful?|Good answer|Bad answer|What is it about?|Accuracy|Relevance
      Tone|Format|Speed|Safety|Creativity|Completeness|Something else|Comment (optional)|Send|Record a comment
      Stop and send|Cancel|Recording|Thank you!|There is no connection. It will be sent later.
      Sorry, this could not be saved.|The microphone cannot be used.
      Saved until the answer is registered.|Rating withdrawn.`,
    de: `War diese Antwort hilfreich?|Gute Antwort|Schlechte Antwort|Worum geht es?
      Richtigkeit|Relevanz|Tonfall|Format|Tempo|Sicherheit|Kreativität|Vollständigkeit|Etwas anderes
      Kommentar (freiwillig)|Senden|Kommentar sprechen|Beenden und senden|Abbrechen|Aufnahme läuft|Vielen Dank!
      Keine Verbindung. Es wird später gesendet.|Das konnte leider nicht gespeichert werden.
      Das Mikrofon ist nicht verfügbar.|Gespeichert, bis die Antwort erfasst ist.|Bewertung zurückgenommen.`,
    fr: `Cette réponse était-elle utile ?|Bonne réponse|Mauvaise réponse|De quoi s’agit-il ?
      Exactitude|Pertinence|Ton|Format|Vitesse|Sécurité|Créativité|Exhaustivité|Autre chose
      Commentaire (facultatif)|Envoyer|Dicter un commentaire|Arrêter et envoyer|Annuler|Enregistrement|Merci !
      Pas de connexion. L’envoi se fera plus tard.|Désolé, l’avis n’a pas pu être enregistré.
      Le microphone n’est pas disponible.|Conservé jusqu’à l’enregistrement de la réponse.|Avis retiré.`,
    es: `¿Le ha servido esta respuesta?|Buena respuesta|Mala respuesta|¿De qué se trata?
      Exactitud|Relevancia|Tono|Formato|Velocidad|Seguridad|Creatividad|Integridad|Otra cosa
      Comentario (opcional)|Enviar|Dictar un comentario|Detener y enviar|Cancelar|Grabando|¡Gracias!
      No hay conexión. Se enviará más tarde.|Lo sentimos, no se ha podido guardar.
      El micrófono no está disponible.|Guardado hasta que se registre la respuesta.|Valoración retirada.`,
  };
  const THUMB = "M2 10h4v11H2zM8 10l5-8 3 1-1 6h7l-2 12H8z";
  const MIC = "M9 3h6v10H9zM5 11h2a5 5 0 0 0 10 0h2a7 7 0 0 1-6 7v3h-2v-3a7 7 0 0 1-6-7z";
  const CSS = `
    :host { display: block; min-height: 1px }
    [hidden], :host([hidden]), p:empty { display: none !important }
    div, fieldset { display: flex; flex-wrap: wrap; align-items: center; gap: .4em; padding: 0; margin: 0; border: 0 }
    .ask { border: 2px solid var(--radiant-accent, currentColor); border-radius: .6em; padding: .4em }
    button, textarea { font: inherit; color: inherit; background: none; border: 1px solid; border-radius: .6em }
    button { min-height: 2.25em; padding: .3em .6em; cursor: pointer }
    .thumb, .mic { border-color: transparent }
    button:hover { background: color-mix(in srgb, currentColor 10%, transparent) }
    [aria-pressed=true] { background: color-mix(in srgb, currentColor 18%, transparent); border-color: currentColor }
    .chip[aria-pressed=true]::before { content: "✓ " / "" }
    :focus-visible { outline: 3px solid var(--radiant-accent, currentColor); outline-offset: 2px }
    svg { width: 1.25em; fill: currentColor; vertical-align: middle }
    .down svg { transform: rotate(180deg) }
    form, p { flex-basis: 100%; margin: 0 }
    form > * { margin: .4em 0 }
    textarea { box-sizing: border-box; display: block; width: 100% }
    @media (prefers-reduced-motion: no-preference) {
      .dot { animation: beat 1.2s infinite }
      @keyframes beat { 50% { opacity: .5 } }
    }`;
  const POSTS_MAX = 20, BATCH_MAX = 50, VALUE_MAX = 500, VOICE_TRIES = 4, VOICE_S = 60;
  const KEPT_MS = 23 * 3600e3, WAIT_MAX_MS = 60e3, BOUNCE_MS = 3000, SHORT_S = 30, LONG_S = 300;
  const SOURCE = "FEEDBACK_SOURCE_THINKTANK", PREFIX = "SIGNAL_TYPE_";
  const ENGAGED = "voted continue_conversation copy_response share_response favorite_added export_response".split(" ");

  let clockOffset = 0, sheet;
  const now = () => new Date(Date.now() + clockOffset).toISOString();
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  const uuid = () => crypto.randomUUID ? crypto.randomUUID() : URL.createObjectURL(new Blob()).slice(-36);

  async function request(url, token, options) {
    const headers = { ...options.headers, ...(token && { authorization: `Bearer ${token}` }) };
    try {
      const answer = await fetch(url, { credentials: "same-origin", ...options, headers });
      const body = await answer.json().catch(() => ({}));
      const date = Date.parse(answer.headers.get("date") || "");
      if (answer.ok) return { body, date };
      const retry = [408, 425, 429].includes(answer.status) || answer.status >= 500;
      const wait = 1000 * (+answer.headers.get("retry-after") || body.retryAfter || 0);
      return { problem: { status: answer.status, reason: "UNKNOWN", ...body }, retry, wait };
    } catch (error) {
      return { problem: { status: 0, reason: "NO_CONNECTION", detail: String(error) }, retry: true, wait: 0 };
    }
  }

  /* Pending requests of a user, stored for the tab. Each keeps its id, so that a retry counts once. */
  class Outbox {
    constructor(base, key) {
      Object.assign(this, { base, key, hosts: new Set(), failures: 0, notBefore: 0, posts: [], signals: [], batchMax: BATCH_MAX });
      try {
        Object.assign(this, JSON.parse(sessionStorage.getItem(key)));
      } catch { /* no storage: kept in memory */ }
      this.posts = this.posts.filter((post) => Date.now() - post.time < KEPT_MS);
    }

    save() {
      /* Drops the oldest signals first, then the oldest votes. */
      while (this.posts.length > POSTS_MAX) {
        this.posts.splice(Math.max(0, this.posts.findIndex((post) => post.body.signals)), 1);
      }
      try {
        sessionStorage.setItem(this.key, JSON.stringify({ posts: this.posts }));
      } catch { /* no storage */ }
    }

    put(path, body, rating) {
      this.posts.push({ id: uuid(), time: Date.now(), path, body, rating });
      this.save();
    }

    add(signal) {
      this.signals.push(signal);
      if (this.signals.length >= this.batchMax) this.flush();
      else if (!this.timer) this.timer = setTimeout(() => this.flush(), this.flushMs);
    }

    batch() {
      clearTimeout(this.timer);
      this.timer = 0;
      while (this.signals.length) {
        this.put("/service/feedback/implicit/batch", { signals: this.signals.splice(0, this.batchMax) });
      }
    }

    flush() {
      this.batch();
      this.send();
    }

    token() {
      for (const host of this.hosts) if (host.token) this.lastToken = host.token;
      return this.lastToken;
    }

    post(post) {
      return request(this.base + post.path, this.token(), {
        method: "POST",
        keepalive: true,
        headers: { "content-type": "application/json", "idempotency-key": post.id },
        body: JSON.stringify(post.body),
      }).then((result) => {
        if (!result.retry) {
          this.posts = this.posts.filter((each) => each !== post);
          this.save();
        }
        return result;
      });
    }

    async send() {
      if (this.isSending || Date.now() < this.notBefore) return;
      this.isSending = true;
      clearTimeout(this.retryTimer);
      while (this.posts.length) {
        const post = (this.current = this.posts[0]);
        const result = await this.post(post);
        this.report(post, result);
        this.failures = result.retry ? this.failures + 1 : 0;
        if (!result.retry) continue;
        this.notBefore = Date.now() + result.wait;
        const wait = Math.max(result.wait + 50, Math.min(WAIT_MAX_MS, 500 * 2 ** this.failures));
        this.retryTimer = setTimeout(() => this.send(), wait);
        break;
      }
      this.current = null;
      this.isSending = false;
    }

    /* A post with a rating is the withdrawal of this rating. */
    report({ id: requestId, body: request, rating }, { problem, retry: retrying, body: answer }) {
      const { outputId } = request, isWaiting = answer?.manifestKnown === false;
      const host = [...this.hosts].find((each) => !outputId || each.outputId === outputId);
      const kind = rating ? "withdrawn" : outputId ? "explicit" : "signals";
      if (outputId) host?._showStatus(problem, retrying, rating ? kind : isWaiting ? "waiting" : "thanks");
      if (rating && problem && !retrying && host?._rating === "UNSPECIFIED") host._press(rating);
      emit(host, { kind, requestId, request, problem, retrying, answer });
    }

    /* The page may close: sends all requests, and keeps each until its response. */
    sendAll() {
      this.batch();
      const token = this.token();
      for (const post of this.posts) {
        if (post === this.current || post.isSent) continue;
        const body = new Blob([JSON.stringify(post.body)], { type: "application/json" });
        post.isSent = token ? !!this.post(post) : navigator.sendBeacon(this.base + post.path, body);
      }
    }

    resume() {
      for (const post of this.posts) post.isSent = false;
      this.send();
    }
  }

  const outboxes = new Map();
  const outboxOf = (base, user) => {
    const key = `radiant-feedback ${base} ${user}`;
    if (!outboxes.has(key)) outboxes.set(key, new Outbox(base, key));
    return outboxes.get(key);
  };
  const emit = (host, detail) => {
    const name = `radiant-feedback-${detail.problem ? "error" : "sent"}`;
    if (host) host._last = detail;
    (host || document).dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  };

  addEventListener("pagehide", () => {
    for (const outbox of outboxes.values()) {
      [...outbox.hosts].pop()?._abandoned();
      outbox.sendAll();
    }
  });
  document.addEventListener("visibilitychange", () =>
    outboxes.forEach((outbox) => document.visibilityState === "hidden" ? outbox.sendAll() : outbox.resume()));

  const make = (tag, properties, ...children) => {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  };
  const icon = (d) => {
    const [svg, path] = ["svg", "path"].map((tag) => document.createElementNS("http://www.w3.org/2000/svg", tag));
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.ariaHidden = true;
    path.setAttribute("d", d);
    svg.append(path);
    return svg;
  };

  class RadiantFeedback extends HTMLElement {
    static get observedAttributes() {
      return ["output-id", "user-id", "endpoint", "lang", "streaming"];
    }

    constructor() {
      super();
      this.labels = {};
      this.attachShadow({ mode: "open" });
      if (!sheet) (sheet = new CSSStyleSheet()).replaceSync(CSS);
      this.shadowRoot.adoptedStyleSheets = [sheet];
    }

    _get(name) { return this.getAttribute(name) || ""; }
    get outputId() { return this._get("output-id"); }
    get userId() { return this._get("user-id"); }
    get base() { return (this._get("endpoint") || "/api/v2").replace(/\/+$/, ""); }
    get token() { return this._token || this._get("token"); }
    set token(value) { this._token = value; }

    label(key) {
      const { lang } = this.closest("[lang]") || { lang: navigator.language };
      const labels = LABELS[lang.slice(0, 2).toLowerCase()] || LABELS.en;
      return this.labels[key] || this._get(`label-${key}`) || labels.split(/\s*[|\n]\s*/)[LABEL_KEYS.indexOf(key)];
    }

    attributeChangedCallback(name) {
      if (name === "streaming") this._since = Date.now();
      else if (this.isConnected && this._run) {
        this.disconnectedCallback();
        this.connectedCallback();
      }
    }

    connectedCallback() {
      this._run = new AbortController();
      Object.assign(this, { _config: null, _loading: null, _early: [], _seen: new Set(), _since: Date.now() });
      this.shadowRoot.replaceChildren();
      if (!this.outputId || !this.userId) return;
      this._outbox = outboxOf(this.base, this.userId);
      this._outbox.hosts.add(this);
      this._watch(this, (visible) => visible && this._load());
      this._observe();
    }

    disconnectedCallback() {
      this._run.abort();
      this._outbox?.token();
      this._outbox?.hosts.delete(this);
      this._record = this._record?.cancel();
    }

    async _load() {
      const { signal } = this._run, { outputId, userId } = this;
      if (this._loading) return;
      this._loading = true;
      const url = `${this.base}/service/feedback/config?${new URLSearchParams({ userId, outputId })}`;
      for (let least = 1000; ; least = Math.min(WAIT_MAX_MS, 2 * least)) {
        const { body, date, problem, retry, wait } = await request(url, this.token, { signal });
        if (signal.aborted) return;
        if (body?.signals) return this._ready(body, date);
        emit(this, { kind: "config", problem: problem || { reason: "NO_CONFIG" }, retrying: retry });
        if (!retry) return;
        await pause(Math.max(wait, least));
      }
    }

    _ready(config, date) {
      const offset = date - Date.now();
      if (Math.abs(offset) > 60e3) clockOffset = offset;
      this._config = config;
      this._outbox.batchMax = Math.min(config.batchItemsMax || BATCH_MAX, BATCH_MAX);
      this._outbox.flushMs = config.flushIntervalMs || 5000;
      this._draw();
      for (const signal of this._early.splice(0)) this._collect(signal);
      this._outbox.resume();
    }

    _draw() {
      const config = { currentRating: "RATING_UNSPECIFIED", ...this._config }, chosen = this._chosen = new Set();
      const text = (key) => this.label(key);
      const textButton = (key, part, onclick, child = text(key)) =>
        make("button", { type: "button", part, className: part, onclick }, child);
      const iconButton = (key, part, path, onclick) =>
        Object.assign(textButton(key, part, onclick, icon(path)), { ariaLabel: text(key), title: text(key) });
      const asks = config.ask && config.currentRating === "RATING_UNSPECIFIED";
      this._up = iconButton("up", "thumb up", THUMB, () => this._vote("POSITIVE"));
      this._down = iconButton("down", "thumb down", THUMB, () => this._vote("NEGATIVE"));
      const chips = (config.categories || []).map((name) => {
        const made = textButton(name.slice(18), "word chip", () => {
          if (!chosen.delete(name)) chosen.add(name);
          made.ariaPressed = chosen.has(name);
        });
        made.ariaPressed = false;
        return made;
      });
      this._text = make("textarea", { maxLength: config.commentCharactersMax || 4000, rows: 2, part: "comment" });
      this._panel = make("form", { hidden: true, part: "panel", onsubmit: (event) => {
        event.preventDefault();
        this._submit();
        this._close();
      } });
      if (chips.length) this._panel.append(make("fieldset", {}, make("legend", {}, text("about")), ...chips));
      if (config.commentsEnabled) this._panel.append(make("label", {}, text("comment"), this._text));
      this._panel.append(Object.assign(textButton("send", "word send"), { type: "submit" }));
      this._mic = iconButton("record", "mic", MIC, () => this._startRecording());
      this._left = make("span", { className: "dot", ariaHidden: true });
      this._recording = make("span", { hidden: true },
        textButton("stop", "word stop", () => this._record?.stop()), " ",
        textButton("cancel", "word cancel", () => this._record?.cancel()), " ", this._left);
      this._status = make("p", { role: "status", part: "status" });
      this._question = make("b", { hidden: !asks, part: "question" }, text("ask"));
      const voice = config.voiceEnabled && window.MediaRecorder && navigator.mediaDevices;
      this._box = make("div", {
        part: "box",
        className: asks ? "ask" : "",
        role: "group",
        ariaLabel: text("ask"),
        onkeydown: (event) => void (event.key === "Escape" && !this._panel.hidden && this._close()),
      }, this._question);
      if (config.thumbsEnabled) this._box.append(this._up, this._down);
      if (voice) this._box.append(this._mic, this._recording);
      this._box.append(this._panel, this._status);
      this.shadowRoot.replaceChildren(this._box);
      this._press(config.currentRating.slice(7));
      if (this._rating !== "UNSPECIFIED") this._seen.add("voted");
    }

    _press(rating) {
      this._rating = rating;
      this._up.ariaPressed = rating === "POSITIVE";
      this._down.ariaPressed = rating === "NEGATIVE";
    }

    _vote(rating) {
      const { outputId, userId } = this, isSame = rating === this._rating;
      this._press(isSame ? "UNSPECIFIED" : rating);
      this._panel.hidden = isSame || this._panel.childElementCount < 2;
      this._question.hidden = true;
      this._box.className = "";
      if (!isSame) return this._submit();
      const body = { outputId, userId, kinds: ["FEEDBACK_KIND_EXPLICIT"], clientTime: now() };
      this._outbox.put("/feedback/retract", body, rating);
      this._outbox.send();
    }

    _submit() {
      const { outputId, userId } = this;
      this._seen.add("voted");
      this._outbox.put("/feedback/explicit", {
        outputId,
        userId,
        rating: `RATING_${this._rating}`,
        categories: [...this._chosen],
        comment: this._text.value.trim(),
        source: SOURCE,
        clientTime: now(),
      });
      this._outbox.send();
    }

    _close() {
      this._panel.hidden = true;
      (this._rating === "NEGATIVE" ? this._down : this._up).focus();
    }

    _showStatus(problem, retry, done = "thanks") {
      if (this._status) this._status.textContent = this.label(!problem ? done : retry ? "later" : "refused");
    }

    async _startRecording() {
      if (this._record) return;
      const chunks = [];
      let stream, timer, kept = true;
      this._record = { stop() {}, cancel() { kept = false; } };
      try {
        stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      } catch (error) {
        this._record = null;
        this._status.textContent = this.label("mic");
        return emit(this, { kind: "voice", problem: { status: 0, reason: "NO_MICROPHONE", detail: String(error) } });
      }
      const mimeTypes = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg"];
      const mimeType = mimeTypes.find((type) => MediaRecorder.isTypeSupported(type));
      const recorder = new MediaRecorder(stream, { mimeType });
      const show = (on) => {
        this._mic.hidden = on;
        this._recording.hidden = !on;
        this._status.textContent = on ? this.label("recording") : "";
        (on ? this._recording.firstChild : this._mic).focus();
      };
      const stop = () => recorder.state !== "inactive" && recorder.stop();
      recorder.ondataavailable = (event) => chunks.push(event.data);
      recorder.onstop = () => {
        clearInterval(timer);
        for (const track of stream.getTracks()) track.stop();
        this._record = null;
        show(false);
        if (kept) this._upload(new Blob(chunks, { type: recorder.mimeType }));
      };
      const cancel = () => {
        kept = false;
        stop();
      };
      let left = +this._get("voice-seconds") || VOICE_S;
      this._left.textContent = left;
      recorder.start(1000);
      this._record = { stop, cancel };
      timer = setInterval(() => (this._left.textContent = --left) > 0 || stop(), 1000);
      if (kept && this.isConnected) show(true);
      else cancel();
    }

    async _upload(audio) {
      const { outputId, userId } = this, id = uuid(), form = new FormData();
      const feedback = JSON.stringify({ outputId, userId, source: SOURCE, clientTime: now() });
      form.append("feedback", new Blob([feedback], { type: "application/json" }));
      form.append("audio", audio, `voice.${audio.type.split(/[/;]/)[1]}`);
      for (let tries = VOICE_TRIES; tries--;) {
        const options = { method: "POST", headers: { "idempotency-key": id }, body: form };
        const { body: answer, problem, retry, wait } = await request(`${this.base}/feedback/voice`, this.token, options);
        const retrying = retry && tries > 0;
        this._showStatus(problem, retrying);
        emit(this, { kind: "voice", requestId: id, problem, retrying, answer });
        if (!retrying) return;
        await pause(Math.max(wait, 4000 >> tries));
      }
    }

    /* Returns false for a signal that the deployment does not collect. */
    track(name, value) {
      const { outputId, userId } = this, conversationId = this._get("conversation-id");
      const details = { ...(conversationId && { conversationId }), ...(Object(value) === value ? value : { value }) };
      const signalType = PREFIX + String(name).toUpperCase();
      const signal = { signalId: uuid(), outputId, userId, signalType, clientTime: now() };
      if (JSON.stringify(details).length <= VALUE_MAX) signal.signalValue = details;
      if (!this._run || !outputId || !userId) return false;
      if (this._config) return this._collect(signal);
      if (this._early.length < BATCH_MAX) this._early.push(signal);
      this._load();
      return true;
    }

    _collect(signal) {
      const wanted = this._config.signals?.includes(signal.signalType);
      if (wanted) {
        this._seen.add(signal.signalType.slice(PREFIX.length).toLowerCase());
        this._outbox.add(signal);
      }
      return wanted;
    }

    _once(name, value) {
      if (this._seen.has(name)) return;
      this._seen.add(name);
      this.track(name, value);
    }

    /* To be called when the user sends the next message. */
    replied() {
      const seconds = Math.round((Date.now() - this._since) / 1000);
      this._once("continue_conversation");
      if (seconds <= SHORT_S) this._once("response_time_short", { seconds });
      else if (seconds >= LONG_S) this._once("response_time_long", { seconds });
    }

    _abandoned() {
      if (this.hasAttribute("streaming")) this._once("abandon_mid_response");
      else if (!ENGAGED.some((name) => this._seen.has(name))) this._once("abandon_conversation");
    }

    /* The element whose id is the value of an attribute. The page may add or replace it at any time. */
    _named(attribute) {
      return this.getRootNode().getElementById(this._get(attribute));
    }

    _observe() {
      const { signal } = this._run, options = { signal, capture: true }, root = this.getRootNode();
      const on = (type, listener, node = root) => node.addEventListener(type, listener, options);
      on("submit", ({ target }) => target === this._named("reply") && this.replied());
      on("click", ({ target: clicked }) => {
        const pressed = clicked.closest("[data-radiant-signal]");
        if (pressed?.dataset.radiantFor === this.outputId || (pressed && this._named("for")?.contains(pressed)))
          this.track(pressed.dataset.radiantSignal);
      });
      on("copy", ({ target }) => this._named("for")?.contains(target) && this._once("copy_response"));
      on("scroll", () => {
        const bottom = this._named("for")?.getBoundingClientRect().bottom;
        if (bottom > 0 && bottom <= innerHeight) this._once("scroll_to_end");
      }, document);
      let target, watch, seen = 0;
      const follow = () => {
        const found = this._named("for");
        if (found === target) return;
        let wasVisible = false;
        watch?.disconnect();
        target = found;
        watch = found && this._watch(found, (isVisible) => {
          if (isVisible) seen = seen || Date.now();
          else if (wasVisible && found.isConnected && !this._seen.has("scroll_to_end") && Date.now() - seen < BOUNCE_MS)
            this._once("scroll_bounce");
          wasVisible = isVisible;
        });
      };
      const changes = this._ended(new MutationObserver(follow));
      changes.observe(root, { childList: true, subtree: true, attributeFilter: ["id"] });
      follow();
    }

    _watch(element, onChange) {
      const options = { rootMargin: "1px" };
      const watch = this._ended(new IntersectionObserver(([{ isIntersecting }]) => onChange(isIntersecting), options));
      watch.observe(element);
      return watch;
    }

    /* Disconnects an observer when the element is removed or its attributes change. */
    _ended(observer) {
      this._run.signal.addEventListener("abort", () => observer.disconnect());
      return observer;
    }
  }

  customElements.define("radiant-feedback", RadiantFeedback);

  /* Explains problems to developers: on this machine, and with `?debug` at the end of the script's address. */
  const src = document.currentScript?.src || "";
  if (/^(|(.+\.)?localhost|127\.[\d.]+|\[::1])$/.test(location.hostname) || src.endsWith("?debug"))
    import(src.replace(/[^/]*$/, "radiant-feedback-debug.js")).catch(console.warn);
})();
