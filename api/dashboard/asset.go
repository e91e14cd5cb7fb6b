package dashboard

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"net/http"
)

//go:embed style.css
var style []byte

// icon is the mark in a colour that reads on light and dark tabs.
const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><g fill="#2179a8"><path d="M15 3.5v13H6.2C8.3 10.9 11.2 6.6 15 3.5zM17 6.5c3.6 2.4 6.5 5.9 8.3 10H17zM4.5 18.5h23c-.9 3.3-3.3 5.5-6.5 5.5H11c-3.2 0-5.6-2.2-6.5-5.5z"/></g><path d="M3 27.5h26" stroke="#2179a8" stroke-width="2" stroke-linecap="round"/></svg>`

// The paths of assets name their content, so that browsers keep them for ever.
var (
	stylePath = "/assets/" + digest(style) + ".css"
	iconPath  = "/assets/" + digest([]byte(icon)) + ".svg"
)

func serveStyle(w http.ResponseWriter, _ *http.Request) {
	serveAsset(w, "text/css; charset=utf-8", style)
}
func serveIcon(w http.ResponseWriter, _ *http.Request) { serveAsset(w, "image/svg+xml", []byte(icon)) }

func serveAsset(w http.ResponseWriter, mediaType string, content []byte) {
	w.Header().Set("Content-Type", mediaType)
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	_, _ = w.Write(content) // a browser that went away is no fault
}

func digest(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:6])
}
