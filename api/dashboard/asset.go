package dashboard

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"net/http"

	"github.com/evenkeel/evenkeel/api"
)

//go:embed style.css
var style []byte

// The paths of assets name their content, so that browsers keep them for ever.
var (
	stylePath = "/assets/" + digest(style) + ".css"
	iconPath  = "/assets/" + digest(api.Icon) + ".svg"
)

func serveStyle(w http.ResponseWriter, _ *http.Request) {
	serveAsset(w, "text/css; charset=utf-8", style)
}
func serveIcon(w http.ResponseWriter, _ *http.Request) { serveAsset(w, "image/svg+xml", api.Icon) }

func serveAsset(w http.ResponseWriter, mediaType string, content []byte) {
	w.Header().Set("Content-Type", mediaType)
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	_, _ = w.Write(content) // a browser that went away is no fault
}

func digest(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:6])
}
