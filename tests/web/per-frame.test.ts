import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { perFrame } from '../../web/src/scan/per-frame.ts'

/** A window whose frames come when the test says so. */
let frames: (() => void)[] = []
beforeEach(() => {
  vi.useFakeTimers()
  frames = []
  vi.stubGlobal('requestAnimationFrame', (run: () => void) => frames.push(run))
  vi.stubGlobal('cancelAnimationFrame', () => (frames = []))
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const nextFrame = () => frames.splice(0).forEach((run) => run())

it('hands over the first at once, and what gathers behind it, in order, once per frame', () => {
  const handed: number[][] = []
  const pushes = perFrame<number>((items) => handed.push(items))
  for (const item of [1, 2, 3]) pushes.add(item)
  expect(handed).toEqual([[1]])
  nextFrame()
  pushes.add(4)
  expect(handed).toEqual([[1], [2, 3]])
  nextFrame()
  nextFrame()
  // A frame without any has passed.
  pushes.add(5)
  expect(handed).toEqual([[1], [2, 3], [4], [5]])
  nextFrame()
  vi.runAllTimers()
  expect(handed).toHaveLength(4)
})

it('hands over without frames as well, which a page in the background has none of', () => {
  const handed: number[][] = []
  const pushes = perFrame<number>((items) => handed.push(items))
  pushes.add(1)
  pushes.add(2)
  vi.runAllTimers()
  expect(handed).toEqual([[1], [2]])
})

it('hands over nothing more once it is stopped', () => {
  const handed: number[][] = []
  const pushes = perFrame<number>((items) => handed.push(items))
  pushes.add(1)
  pushes.add(2)
  pushes.stop()
  nextFrame()
  vi.runAllTimers()
  expect(handed).toEqual([[1]])
})
