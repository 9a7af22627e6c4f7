// Drives @smartthings/core-sdk, unchanged, against a simulated cloud, and prints what it saw as JSON.
//
// Usage: node smartthings_core_sdk.js FOLDER_WITH_NODE_MODULES BASE CODE REDIRECT

const { createRequire } = require('node:module')

const [folder, base, code, redirect] = process.argv.slice(2)
const {
	RefreshTokenAuthenticator,
	SmartThingsClient,
	SmartThingsOAuthClient,
} = createRequire(`${folder}/`)('@smartthings/core-sdk')

const urlProvider = { baseURL: base, authURL: `${base}/oauth/token`, keyApiURL: base }

async function order(path, body, method = 'POST') {
	const answer = await fetch(`${base}/_control/${path}`, { method, body: JSON.stringify(body) })
	if (!answer.ok) {
		throw new Error(`${path}: ${answer.status}`)
	}
	return answer.json()
}

// What a call of the client dies of: the status, and the code that the cloud gave.
async function died(call) {
	try {
		await call
	} catch (error) {
		return [error.response?.status ?? null, error.response?.data?.error?.code ?? error.response?.data?.error ?? null]
	}
	return 'nothing'
}

// The states of a door until it is in this one, each once.
async function until(client, id, last) {
	const seen = []
	for (let looked = 0; looked < 2000; looked += 1) {
		const { components } = await client.devices.getStatus(id)
		const now = components.main.doorControl.door.value
		if (seen.at(-1) !== now) {
			seen.push(now)
		}
		if (now === last) {
			return seen
		}
		await new Promise(resolve => setTimeout(resolve, 10))
	}
	throw new Error(`never ${last}: ${seen}`)
}

async function main() {
	const seen = {}
	const oauth = new SmartThingsOAuthClient('our-client', 'our secret', redirect, urlProvider)
	const granted = await oauth.redeemCode(code)
	seen.granted = [granted.token_type, granted.expires_in, granted.scope, granted.access_tier]
	seen.spent_code = await died(oauth.redeemCode(code))

	const stored = []
	let refresh = granted.refresh_token
	const store = {
		getRefreshData: async () => ({ refreshToken: refresh, clientId: 'our-client', clientSecret: 'our secret' }),
		putAuthData: async data => {
			stored.push(data)
			refresh = data.refreshToken
		},
	}
	const config = { urlProvider, installedAppId: granted.installed_app_id }
	const client = new SmartThingsClient(new RefreshTokenAuthenticator(granted.access_token, store), config)

	const devices = await client.devices.list()
	client.setLocation(devices[0].locationId)
	seen.listed = devices.map(device => [
		device.label,
		device.components.map(one => [
			one.id,
			one.capabilities.map(capability => capability.id),
			one.categories.map(category => `${category.name} ${category.categoryType}`),
		]),
	])
	const labels = async options => (await client.devices.list(options)).map(device => device.label)
	seen.with_contact = await labels({ capability: ['doorControl', 'contactSensor'], capabilitiesMode: 'and' })
	seen.with_either = await labels({ capability: ['garageDoorControl', 'contactSensor'], capabilitiesMode: 'or' })
	seen.older = await labels({ capability: 'garageDoorControl' })
	await order('settings', { page_max: 1 }, 'PATCH')
	seen.paged = (await labels()).length
	await order('settings', { page_max: null }, 'PATCH')

	const door = devices.find(device => device.label === 'Main door').deviceId
	const bay = devices.find(device => device.label === 'Second bay').deviceId
	seen.component = Object.keys(await client.devices.getComponentStatus(bay, 'sensor'))
	seen.capability = (await client.devices.getCapabilityStatus(door, 'main', 'doorControl')).door.value
	seen.battery = (await client.devices.getStatus(bay)).components.sensor.battery.battery.value
	seen.health = (await client.devices.getHealth(door)).state

	const subscription = await client.subscriptions.subscribeToCapability('doorControl', 'door', 'doorHandler')
	const taken = client.subscriptions.subscribeToCapability('doorControl', 'door', 'doorHandler')
	seen.name_taken = await died(taken)
	await client.subscriptions.create({
		sourceType: 'DEVICE',
		device: { deviceId: door, componentId: 'main', capability: 'contactSensor', attribute: 'contact', subscriptionName: 'contact_0' },
	})
	seen.subscribed = (await client.subscriptions.list()).map(one => one.sourceType)
	seen.unsubscribed = [
		(await client.subscriptions.delete(subscription.id)).count,
		(await client.subscriptions.unsubscribeAll()).count,
	]

	const open = { component: 'main', capability: 'doorControl', command: 'open', arguments: [] }
	const close = { ...open, command: 'close' }
	seen.opened = (await client.devices.executeCommand(door, open)).results.map(one => one.status)
	seen.opening = await until(client, door, 'open')
	await client.devices.executeCommands(door, [close])
	seen.closing = await until(client, door, 'closed')

	await order('tokens/expire', {})
	seen.refreshed = (await client.devices.list()).length
	seen.stored = stored.length
	seen.rotated = stored[0].refreshToken !== granted.refresh_token

	await order(`doors/${door}`, { online: false }, 'PATCH')
	seen.offline = [(await client.devices.getHealth(door)).state, await died(client.devices.executeCommand(door, open))]
	await order(`doors/${door}`, { online: true }, 'PATCH')
	await order(`doors/${door}`, { paired: false }, 'PATCH')
	seen.never_set_up = (await client.devices.getStatus(door)).components.main.doorControl.door.value
	await order(`doors/${door}`, { paired: true }, 'PATCH')
	seen.no_such_command = await died(client.devices.executeCommand(door, { ...open, command: 'stop' }))
	seen.no_such_capability = await died(client.devices.executeCommand(door, { ...open, capability: 'switch' }))
	seen.no_such_device = await died(client.devices.getStatus('00000000-0000-4000-8000-000000000000'))
	await order('settings', { device_calls_per_minute: 1 }, 'PATCH')
	await died(client.devices.getStatus(bay))
	seen.limited = await died(client.devices.getStatus(bay))
	await order('settings', { device_calls_per_minute: null }, 'PATCH')
	await order('settings', { command_answer: 'FAILED' }, 'PATCH')
	seen.failed = (await client.devices.executeCommand(door, open)).results.map(one => one.status)

	await order('app/uninstall', { email: process.env.EMAIL })
	seen.uninstalled = await died(client.devices.list())
	console.log(JSON.stringify(seen))
}

main().catch(error => {
	console.error(error)
	process.exitCode = 1
})
