// @ts-check
// A second copy of what is kept, in IndexedDB: browsers write local storage to disk only after seconds,
// so it alone would lose the last words when the browser is killed.

const STORE = "kept";

/** @type {Promise<IDBDatabase | null>} */
const opening = new Promise((resolve) => {
  try {
    const request = indexedDB.open("workbench", 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => resolve(null);
  } catch {
    resolve(null);
  }
});

/** What is to be copied next, while a copy is under way. @type {Record<string, string | null>} */
let next = {};
/** @type {Promise<boolean> | null} */
let waiting = null;
/** @type {Promise<boolean>} */
let last = Promise.resolve(true);

/** Copy values under their names, null to remove one; whether they are on disk.
 * @param {Record<string, string | null>} values @returns {Promise<boolean>} */
export function copy(values) {
  Object.assign(next, values);
  waiting ??= last.then(() => {
    const now = next;
    next = {};
    waiting = null;
    last = write(now);
    return last;
  });
  return waiting;
}

/** @param {Record<string, string | null>} values @returns {Promise<boolean>} */
async function write(values) {
  const db = await opening;
  if (!db) return false;
  return new Promise((resolve) => {
    try {
      const transaction = db.transaction(STORE, "readwrite", { durability: "strict" });
      const store = transaction.objectStore(STORE);
      for (const [name, value] of Object.entries(values)) {
        if (value === null) store.delete(name);
        else store.put(value, name);
      }
      transaction.oncomplete = () => resolve(true);
      transaction.onabort = () => resolve(false);
    } catch {
      resolve(false);
    }
  });
}

/** All copies whose names begin with a prefix. @param {string} prefix @returns {Promise<Map<string, string>>} */
export async function copies(prefix) {
  const db = await opening;
  if (!db) return new Map();
  return new Promise((resolve) => {
    try {
      const range = IDBKeyRange.bound(prefix, `${prefix}\uffff`);
      const store = db.transaction(STORE).objectStore(STORE);
      const names = store.getAllKeys(range);
      const values = store.getAll(range);
      values.onsuccess = () => resolve(new Map(names.result.map((name, i) => [String(name), values.result[i]])));
      values.onerror = () => resolve(new Map());
    } catch {
      resolve(new Map());
    }
  });
}
