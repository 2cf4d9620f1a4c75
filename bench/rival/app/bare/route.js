/** A route handler that does nothing: the most that Next.js can do on this machine. */
export const GET = () => new Response('ok\n', { headers: { 'cache-control': 'no-store' } })

/** The same for a request with a JSON body and an answer of the size that `recovery.request` has. */
export async function POST(request) {
  const { account } = await request.json()
  return Response.json({ result: { data: { message: `If there is an account for ${account}, we sent an email.` } } })
}

export const dynamic = 'force-dynamic'
