// Lets @smartthings/smartapp, unchanged, receive what a simulated cloud pushes, and prints what it made of it as JSON.
//
// Usage: node smartthings_smartapp.js FOLDER_WITH_NODE_MODULES BASE TOKEN INSTALLED_APP_ID

const http = require('node:http')
const { createRequire } = require('node:module')

const [folder, base, token, installedAppId] = process.argv.slice(2)
const require_ = createRequire(`${folder}/`)
const { SmartApp } = require_('@smartthings/smartapp')
const { BearerTokenAuthenticator, SmartThingsClient } = require_('@smartthings/core-sdk')

const urlProvider = { baseURL: base, authURL: `${base}/oauth/token`, keyApiURL: base }

async function order(path, body, method = 'POST') {
	const answer = await fetch(`${base}/_control/${path}`, { method, body: body && JSON.stringify(body) })
	if (!answer.ok) {
		throw new Error(`${path}: ${answer.status}`)
	}
	return answer.json()
}

async function until(what, holds) {
	for (let looked = 0; looked < 2000; looked += 1) {
		const found = await holds()
		if (found) {
			return found
		}
		await new Promise(resolve => setTimeout(resolve, 10))
	}
	throw new Error(`never ${what}`)
}

async function main() {
	const seen = {}
	const heard = []
	const confirmations = []
	let removed = 0
	const app = new SmartApp({ keyApiHost: base })
		.enableEventLogging(false)
		.subscribedEventHandler('doorHandler', async (_, event) => {
			heard.push([event.componentId, event.attribute, event.value])
		})
		.uninstalled(async () => {
			removed += 1
		})
	// The SDK answers a confirmation with nothing, and leaves it to people to open the address. It verifies it like everything else.
	const server = http.createServer((request, response) => {
		const parts = []
		request.on('data', part => parts.push(part))
		request.on('end', async () => {
			request.body = JSON.parse(Buffer.concat(parts).toString())
			request.originalUrl = request.url
			response.status = code => {
				response.statusCode = code
				return response
			}
			response.send = text => response.end(text)
			response.json = value => response.end(JSON.stringify(value))
			if (request.body.messageType === 'CONFIRMATION') {
				const answer = await fetch(request.body.confirmationData.confirmationUrl)
				confirmations.push(Object.keys(await answer.json()))
				response.json({ targetUrl: `http://127.0.0.1:${server.address().port}/hook?who=us` })
			} else {
				await app.handleHttpCallback(request, response)
			}
		})
	})
	await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
	// The query is no part of what is signed.
	const target = `http://127.0.0.1:${server.address().port}/hook?who=us`
	await order('app', { target_url: target })
	seen.confirmed = await until('confirmed', () => confirmations[0])

	const pushes = async () => (await order('pushes', undefined, 'GET')).pushes
	const { challenge } = await order('app/ping')
	const pinged = await until('pinged', async () => (await pushes()).find(push => push.body.lifecycle === 'PING'))
	seen.ping = [pinged.status, JSON.parse(pinged.answer).pingData.challenge === challenge]

	const client = new SmartThingsClient(new BearerTokenAuthenticator(token), { urlProvider, installedAppId })
	const devices = await client.devices.list({ capability: 'doorControl' })
	client.setLocation(devices[0].locationId)
	const door = devices.find(device => device.label === 'Main door').deviceId
	await client.subscriptions.subscribeToCapability('doorControl', 'door', 'doorHandler')
	const move = command => client.devices.executeCommand(door, { component: 'main', capability: 'doorControl', command, arguments: [] })
	await move('open')
	await until('open', () => heard.find(event => event[2] === 'open'))
	seen.opening = heard.splice(0)

	// Each trouble befalls the messages of one whole movement.
	seen.troubles = {}
	const way = { open: 'close', close: 'open' }
	let command = 'close'
	for (const trouble of ['wrong_digest', 'old_date', 'unknown_key', 'foreign_key', 'wrong_signature', 'unsigned', 'twice', 'swapped']) {
		await order('pushes', { trouble, times: trouble === 'swapped' ? 1 : 2 })
		const before = (await pushes()).length
		await move(command)
		const done = await until(trouble, async () => {
			const since = (await pushes()).slice(before)
			return since.length >= 2 && since
		})
		seen.troubles[trouble] = [done.map(push => push.status), heard.splice(0).map(event => event[2])]
		command = way[command]
	}
	await client.subscriptions.create({
		sourceType: 'DEVICE',
		device: { deviceId: door, componentId: 'main', capability: 'battery', attribute: 'battery', subscriptionName: 'nobody_0' },
	})
	await order(`doors/${door}`, { sensor_battery_percent: 12 }, 'PATCH')
	const unheard = await until('battery', async () =>
		(await pushes()).find(push => push.body.eventData?.events[0].deviceEvent?.attribute === 'battery'))
	seen.no_handler = unheard.status

	await order('app/uninstall', { email: process.env.EMAIL })
	await until('removed', () => removed)
	seen.removed = removed
	server.close()
	server.closeAllConnections()
	console.log(JSON.stringify(seen))
}

main().catch(error => {
	console.error(error)
	process.exit(1)
})
