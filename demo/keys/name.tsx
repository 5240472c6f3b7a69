/** A name in one line; whole where the pointer or the focus is. Alias names have up to 250 characters. */
export default function Name({ text }: { readonly text: string }) {
  return (
    <span className="name" title={text}>
      {text}
    </span>
  )
}
