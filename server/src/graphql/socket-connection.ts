/**
 * The server's side of `graphql-transport-ws` for one client. A subscription at rest is two small objects, the
 * connection and the operation: no function waits for anything, and no promise is pending.
 */
import type { IncomingMessage } from 'node:http'
import { getOperationAST, OperationTypeNode, type ExecutionResult, type GraphQLError } from 'graphql'
import {
  CloseCode,
  GRAPHQL_TRANSPORT_WS_PROTOCOL,
  MessageType,
  parseMessage,
  type ConnectionInitMessage,
  type Message,
  type SubscribeMessage,
} from 'graphql-ws'
import type { WebSocket } from 'ws'
import type { Auth } from '../auth/auth.ts'
import type { Viewer } from '../auth/viewer.ts'
import type { Watcher, Watchers } from '../auth/watched.ts'
import type { FanOut, Subscription } from '../fan-out/index.ts'
import type { Metrics } from '../ops/metrics.ts'
import { formattedError, formattedResult } from './errors.ts'
import type { Heartbeat } from './heartbeat.ts'
import { performed } from './operation.ts'
import { admission, Dismissal, UNAUTHORIZED, type AdmissionOptions, type Peer } from './socket-admission.ts'
import { OperationsUnderWay, SocketOperation, type Carrier } from './socket-operation.ts'
import {
  executable,
  masked,
  MAX_OPERATIONS,
  tooManyOperations,
  type OperationOptions,
} from './socket-operations.ts'
import { SocketWire } from './socket-wire.ts'

/** Of all connections. */
export interface ConnectionOptions extends AdmissionOptions, OperationOptions {
  auth: Pick<Auth, 'viewerOf' | 'join'>
  sharing: FanOut
  subscribe: Subscription['subscribe']
  heartbeat: Heartbeat
  metrics: Pick<Metrics, 'sockets'>
}

/** How a client comes, until it says who it is. */
interface Introduction {
  /** The one that asked for the upgrade. */
  request: IncomingMessage
  /** When it has taken too long. */
  timer: NodeJS.Timeout
}

/** To say who one is. */
const INIT_MS = 10_000
/** Of the reason in a close frame. */
const MAX_REASON_BYTES = 123

const ACK = JSON.stringify({ type: MessageType.ConnectionAck })
/** Without the payload, which may be large: nobody pays for its way back. */
const PONG = JSON.stringify({ type: MessageType.Pong })

export class Connection extends SocketWire implements Carrier, Watcher {
  readonly #options: ConnectionOptions
  readonly #peer: Peer
  /** Null when it has been looked at: it is as large as all the rest. */
  #introduction: Introduction | null
  /** Null until the client has said who it is. */
  #viewer: Viewer | null = null
  /** Of the same credential. */
  #watchers: Watchers | null = null
  readonly #operations = new OperationsUnderWay()
  /** Those that are prepared or executed now, also when nobody wants them any more. */
  #working = 0

  constructor(options: ConnectionOptions, socket: WebSocket, request: IncomingMessage, peer: Peer) {
    super(socket, options.heartbeat)
    options.metrics.sockets.inc()
    this.#options = options
    this.#peer = peer
    this.#introduction = { request, timer: setTimeout(isLate, INIT_MS, this) }
    if (socket.protocol !== GRAPHQL_TRANSPORT_WS_PROTOCOL)
      this.close(CloseCode.SubprotocolNotAcceptable, 'Subprotocol not acceptable')
  }

  protected heard(text: string): void {
    const message = parsed(text)
    switch (message?.type) {
      case MessageType.ConnectionInit:
        return this.#greeted(message)
      case MessageType.Ping:
        return this.send(PONG)
      case MessageType.Pong:
        return
      case MessageType.Subscribe:
        return this.#subscribe(message)
      case MessageType.Complete:
        return this.#complete(message.id)
      // What only a server says, and what nobody does.
      case MessageType.ConnectionAck:
      case MessageType.Next:
      case MessageType.Error:
      case undefined:
        this.refuse()
    }
  }

  /** Its credential has ended. */
  onEnd(): void {
    this.close(UNAUTHORIZED.code, UNAUTHORIZED.reason)
  }

  override onClose(): void {
    super.onClose()
    this.#options.metrics.sockets.dec()
    this.#introduced()
    this.#watchers?.delete(this)
    this.#peer.leave()
    this.#operations.leave()
  }

  /** The client is told so, unless it does not want to know any more. */
  ended(operation: SocketOperation, error: unknown): void {
    if (error !== undefined) this.#fail(operation, [masked(error, this.#options.log)])
    else if (this.#operations.remove(operation)) this.#tell(operation, MessageType.Complete)
  }

  #greeted({ payload }: ConnectionInitMessage): void {
    const introduction = this.#introduced()
    if (introduction === null)
      this.close(CloseCode.TooManyInitialisationRequests, 'Too many initialisation requests')
    else void this.#admit(introduction, payload)
  }

  async #admit({ request }: Introduction, payload: ConnectionInitMessage['payload']): Promise<void> {
    const viewer = await admission(this.#options, request, payload, this.#peer)
    if (viewer instanceof Dismissal) return this.close(viewer.code, viewer.reason)
    // Whoever has left is not watched: nobody would stop it.
    if (!this.isOpen) return
    if (!this.#peer.claim(viewer.id))
      return this.close(CloseCode.TooManyInitialisationRequests, 'Too many connections')
    this.#viewer = viewer
    this.#watchers = this.#options.auth.join(viewer, this)
    this.send(ACK)
  }

  /** Takes the introduction, which is over. */
  #introduced(): Introduction | null {
    const introduction = this.#introduction
    clearTimeout(introduction?.timer)
    this.#introduction = null
    return introduction
  }

  #subscribe({ id, payload }: SubscribeMessage): void {
    const viewer = this.#viewer
    if (viewer === null) return this.close(UNAUTHORIZED.code, UNAUTHORIZED.reason)
    if (this.#operations.find(id) !== null) {
      const reason = `Subscriber for ${id} already exists`
      const isShort = Buffer.byteLength(reason) <= MAX_REASON_BYTES
      return this.close(CloseCode.SubscriberAlreadyExists, isShort ? reason : 'Subscriber already exists')
    }
    const operation = new SocketOperation(this, id)
    this.#operations.add(operation)
    void this.#work(operation, viewer, payload)
  }

  #complete(id: string): void {
    const operation = this.#operations.find(id)
    if (operation === null) return
    this.#operations.remove(operation)
    operation.leave()
  }

  /** Returns as soon as a subscription is under way: that needs nobody who waits for it. */
  async #work(
    operation: SocketOperation,
    viewer: Viewer,
    payload: SubscribeMessage['payload'],
  ): Promise<void> {
    this.#working += 1
    try {
      await this.#begin(operation, viewer, payload)
    } catch (error) {
      // A result that is no JSON, for instance.
      operation.leave()
      this.#fail(operation, [masked(error, this.#options.log)])
    } finally {
      this.#working -= 1
    }
  }

  async #begin(
    operation: SocketOperation,
    viewer: Viewer,
    payload: SubscribeMessage['payload'],
  ): Promise<void> {
    const { sharing, subscribe, log } = this.#options
    if (this.#working + this.#operations.followed() > MAX_OPERATIONS)
      return this.#fail(operation, [tooManyOperations()])
    const args = await executable(this.#options, viewer, this.#peer.address, payload)
    if (Array.isArray(args)) return this.#fail(operation, args)
    // Completed while it was prepared.
    if (!this.#operations.has(operation)) return
    if (getOperationAST(args.document, args.operationName)?.operation === OperationTypeNode.SUBSCRIPTION)
      return sharing.join({ args, subscribe }, operation)
    const result = (await performed(args, 'execute', log)) as ExecutionResult
    if (!this.#operations.has(operation)) return
    this.#tell(operation, MessageType.Next, formattedResult(result))
    this.ended(operation, undefined)
  }

  #fail(operation: SocketOperation, errors: GraphQLError[]): void {
    if (this.#operations.remove(operation))
      this.#tell(operation, MessageType.Error, errors.map(formattedError))
  }

  #tell({ id }: SocketOperation, type: MessageType, payload?: unknown): void {
    this.send(JSON.stringify({ id, type, payload }))
  }
}

function isLate(connection: Connection): void {
  connection.close(CloseCode.ConnectionInitialisationTimeout, 'Connection initialisation timeout')
}

/** Null for what is no message of the protocol. */
function parsed(text: string): Message | null {
  try {
    return parseMessage(text)
  } catch {
    return null
  }
}
