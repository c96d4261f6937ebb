import type { ReactNode } from 'react'
import { useTitle } from '../ui/use-title.ts'
import './auth-card.css'

/** The frame of the pages before the door. */
export function AuthCard(props: { title: string; sentence: string; children: ReactNode; foot?: ReactNode }) {
  useTitle(props.title)
  return (
    <main className="auth-page">
      <div className="auth-brand">
        <img src="/favicon.svg" alt="" width="40" height="40" />
        <span>Wheel Analyzer</span>
      </div>
      <section className="auth-card card">
        <h1>{props.title}</h1>
        <p>{props.sentence}</p>
        {props.children}
      </section>
      {props.foot && <div className="auth-foot">{props.foot}</div>}
    </main>
  )
}
