export function IntakePage() {
  return <p>IntakePage</p>;
}
