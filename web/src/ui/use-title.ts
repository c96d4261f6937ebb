import { useEffect } from 'react'

export function useTitle(title: string) {
  useEffect(() => {
    document.title = title === '' ? 'Wheel Analyzer' : `${title} · Wheel Analyzer`
  }, [title])
}
