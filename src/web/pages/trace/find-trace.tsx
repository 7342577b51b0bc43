export function FindTracePage() {
  return <p>FindTracePage</p>;
}
