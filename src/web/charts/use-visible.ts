/** Whether an element is on the screen or near it: what nobody sees is not asked. */

import { type RefObject, useEffect, useRef, useState } from 'react';

const NEAR = '240px';

export function useVisible<Shown extends Element>(): { ref: RefObject<Shown | null>; isVisible: boolean } {
  const ref = useRef<Shown>(null);
  const [isVisible, setVisible] = useState(false);
  useEffect(() => {
    if (ref.current === null) return;
    const observer = new IntersectionObserver((entries) => setVisible(entries.at(-1)?.isIntersecting === true), {
      rootMargin: NEAR,
    });
    observer.observe(ref.current);
    return () => observer.disconnect();
  }, []);
  return { ref, isVisible };
}
