// shows: nothing
const words = { de: "Guten Tag", en: "Good day" };
const language = (navigator.language || "en").slice(0, 2);
const greeting = language in words ? words[language] : words.en;
document.querySelector("h1").textContent = greeting;
