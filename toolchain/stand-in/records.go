package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// record is what the library keeps: first into the library, then on a page ("先入库、后使用").
type record struct {
	Category string `json:"category"`
	Source   string `json:"source"`
	SHA256   string `json:"sha256"`
	Content  string `json:"content"`
}

// keeper keeps each record in a file of its own, named by the hash of its content.
type keeper struct{ folder string }

var hash = regexp.MustCompile(`^[0-9a-f]{64}$`)

func (k keeper) routes(handler *http.ServeMux) {
	handler.HandleFunc("/records", k.put)
	handler.HandleFunc("/records/", k.get)
	handler.HandleFunc("/pages/", k.page)
}

func (k keeper) put(out http.ResponseWriter, in *http.Request) {
	if in.Method != http.MethodPost {
		say(out, http.StatusMethodNotAllowed, map[string]any{"error": "a record is put in by POST"})
		return
	}
	var given record
	decoder := json.NewDecoder(in.Body)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&given); err != nil {
		say(out, http.StatusBadRequest, map[string]any{"error": "not a record: " + err.Error()})
		return
	}
	sum := sha256.Sum256([]byte(given.Content))
	if given.Category == "" || given.Source == "" || given.SHA256 != hex.EncodeToString(sum[:]) {
		say(out, http.StatusUnprocessableEntity, map[string]any{"error": "category, source and the sha256 of the content are needed"})
		return
	}
	if err := k.write(given); err != nil {
		say(out, http.StatusInsufficientStorage, map[string]any{"error": err.Error()})
		return
	}
	say(out, http.StatusCreated, map[string]any{"sha256": given.SHA256})
}

// write leaves the whole record or none: a temporary file, brought to the disk, renamed.
func (k keeper) write(given record) error {
	text, err := json.Marshal(given)
	if err != nil {
		return err
	}
	file, err := os.CreateTemp(k.folder, ".new-")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	if _, err = file.Write(text); err == nil {
		err = file.Sync()
	}
	if closed := file.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	return os.Rename(file.Name(), filepath.Join(k.folder, given.SHA256+".json"))
}

func (k keeper) read(path, prefix string) (record, bool) {
	var found record
	name := strings.TrimPrefix(path, prefix)
	if !hash.MatchString(name) {
		return found, false
	}
	text, err := os.ReadFile(filepath.Join(k.folder, name+".json"))
	return found, err == nil && json.Unmarshal(text, &found) == nil
}

func (k keeper) get(out http.ResponseWriter, in *http.Request) {
	found, ok := k.read(in.URL.Path, "/records/")
	if !ok {
		say(out, http.StatusNotFound, map[string]any{"error": "no such record"})
		return
	}
	say(out, http.StatusOK, map[string]any{"record": found})
}

// page shows content that is in the library and refuses what is not.
func (k keeper) page(out http.ResponseWriter, in *http.Request) {
	found, ok := k.read(in.URL.Path, "/pages/")
	if !ok {
		say(out, http.StatusForbidden, map[string]any{"error": "refused: no record in the library (先入库、后使用)"})
		return
	}
	say(out, http.StatusOK, map[string]any{"page": found.Content, "source": found.Source})
}
