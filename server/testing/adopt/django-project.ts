import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { execa } from 'execa'
import { afterAll } from 'vitest'

/** Debian's Python, which has Debian's Django. Another one may come first on the PATH. */
const PYTHON = '/usr/bin/python3'

const SETTINGS = (url: URL) => `
DATABASES = {'default': {
    'ENGINE': 'django.db.backends.postgresql', 'HOST': '${url.hostname}', 'PORT': '${url.port}',
    'NAME': '${url.pathname.slice(1)}', 'USER': '${url.username}', 'PASSWORD': '${url.password}',
}}
ALLOWED_HOSTS = ['*']
`

const URLS = `
from django.http import HttpResponse
from django.urls import path
urlpatterns = [path('whoami', lambda request: HttpResponse(request.user.username))]
`

/** A new project of the real Django on this database, after its migrations, in a folder that the test file removes. */
export async function createDjangoProject(databaseUrl: string) {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'latchkey-django-'))
  afterAll(() => fs.rm(folder, { recursive: true }))
  const python = async (args: string[], input = '') => (await execa(PYTHON, args, { cwd: folder, input })).stdout.trim()
  await python(['-m', 'django', 'startproject', 'shop', '.'])
  await fs.appendFile(path.join(folder, 'shop', 'settings.py'), SETTINGS(new URL(databaseUrl)))
  await fs.writeFile(path.join(folder, 'shop', 'urls.py'), URLS)
  await python(['manage.py', 'migrate', '--verbosity=0'])

  /** Runs Python inside the project. Its last expression is what it prints. */
  const run = (code: string) => python(['manage.py', 'shell'], code)
  const text = JSON.stringify // a Python literal too, for text without surrogates
  return {
    createUser: (username: string, email: string, password: string) =>
      run(`from django.contrib.auth.models import User
User.objects.create_user(${text(username)}, ${text(email)}, ${text(password)}, first_name='Jo', last_name='Example')`),
    /** True when Django accepts the password. */
    authenticates: async (username: string, password: string) =>
      (await run(`from django.contrib.auth import authenticate
print(authenticate(username=${text(username)}, password=${text(password)}) is not None)`)) === 'True',
    /** Signs in, and returns the session's cookie. */
    signIn: (username: string, password: string) =>
      run(`from django.test import Client
client = Client()
assert client.login(username=${text(username)}, password=${text(password)})
print(client.cookies['sessionid'].value)`),
    /** The user whom a request with this session cookie is from; empty when the session has ended. */
    whoami: (session: string) =>
      run(`from django.test import Client
client = Client()
client.cookies['sessionid'] = ${text(session)}
print(client.get('/whoami').content.decode())`),
  }
}
