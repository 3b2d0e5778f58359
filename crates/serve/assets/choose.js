// The ways in which a photo comes to the page: chosen, taken, dropped, pasted, or by its address.

/**
 * Calls `onFile(file)` for each photo and `onAddress(text)` for each address that the visitor gives.
 */
export function watchChoices({ onFile, onAddress }) {
  const stage = document.querySelector(".stage");
  const address = document.getElementById("address");

  for (const input of [document.getElementById("image"), document.getElementById("camera")]) {
    input.addEventListener("change", () => {
      const file = input.files[0];
      if (file) onFile(file);
      // Emptied, so that the same file can be chosen again and is not sent twice.
      input.value = "";
    });
  }

  address.addEventListener("input", () => onAddress(address.value.trim()));

  // Without these a photo dropped beside the stage would replace the page.
  addEventListener("dragover", (event) => {
    event.preventDefault();
    stage.classList.add("over");
  });
  addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) stage.classList.remove("over");
  });
  addEventListener("drop", (event) => {
    event.preventDefault();
    stage.classList.remove("over");
    take(event.dataTransfer);
  });
  addEventListener("paste", (event) => {
    const typing = event.target instanceof HTMLInputElement && event.target.type !== "file";
    if (typing && event.clipboardData.files.length === 0) return;
    if (take(event.clipboardData)) event.preventDefault();
  });

  /** Takes a file, or else an address, from what was dropped or pasted. */
  function take(transfer) {
    const files = [...transfer.files];
    const file = files.find((candidate) => candidate.type.startsWith("image/")) ?? files[0];
    if (file) {
      onFile(file);
      return true;
    }
    const text = (transfer.getData("text/uri-list") || transfer.getData("text/plain")).trim();
    if (!/^https?:\/\/\S+$/i.test(text)) return false;
    address.value = text;
    onAddress(text);
    return true;
  }
}
